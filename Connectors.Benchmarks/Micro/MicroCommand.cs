using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Connectors.Benchmarks.Micro;

/// <summary><c>micro [--filter ...]</c>: the BenchmarkDotNet classes, in short jobs inside this process, so that it takes two or three
/// minutes.</summary>
internal static class MicroCommand
{
    public static int Run(string[] more)
    {
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig
            .CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(new MegabytesColumn())
            .HideColumns(Column.Error, Column.Gen0, Column.Gen1, Column.Gen2, Column.RatioSD)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "artifacts"))
            .WithOptions(ConfigOptions.DisableLogFile);
        var summaries = BenchmarkSwitcher
            .FromAssembly(typeof(MicroCommand).Assembly)
            .Run(more.Length == 0 ? ["--filter", "*"] : more, config)
            .ToList();

        // All tables once more at the end, after the log of the runs.
        foreach (var summary in summaries)
        {
            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        }

        return summaries.Count > 0 && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
