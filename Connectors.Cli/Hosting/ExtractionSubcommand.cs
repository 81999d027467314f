using System.Runtime.CompilerServices;
using Connectors.Extraction;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Cli.Hosting;

/// <summary>
/// Runs the extraction process as a hidden command of this program, so that a single-folder deployment without .NET beside it needs nothing
/// else.
/// </summary>
internal static class ExtractionSubcommand
{
    /// <summary>The hidden command that makes a process of this program an extraction process.</summary>
    public const string Verb = "extraction-process";

    /// <summary>Runs until the input ends. Apart from everything else, so that only this process loads the libraries that read
    /// files.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Run() => ExtractionWorker.Run();

    /// <summary>How to start such a process.</summary>
    public static ExtractionCommand Command()
    {
        var self = typeof(ExtractionSubcommand).Assembly;
        return
            Environment.ProcessPath is { } path
            && Path.GetFileNameWithoutExtension(path).Equals(self.GetName().Name, StringComparison.OrdinalIgnoreCase)
            ? new ExtractionCommand(path, [Verb])
            : new ExtractionCommand(
                ExtractionCommand.Dotnet(),
                [Path.Combine(AppContext.BaseDirectory, self.GetName().Name + ".dll"), Verb]
            );
    }
}
