using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>Each form in which <c>elastic-ingest</c> ships works: all of them run the demo.</summary>
[Collection("Published")]
public sealed class PublishedElasticIngestTests : IDisposable
{
    private const string EndOfDemo = "demo: indexed 5, updated 12, deleted 8";
    private readonly TemporaryFolder _folder = TemporaryFolder.With();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheSelfContainedFolderRunsTheDemoWithoutAnInstalledDotnet()
    {
        var environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = _folder["no-dotnet-here"], ["PATH"] = "/usr/bin:/bin" };

        Assert.Contains(
            EndOfDemo,
            await DemoAsync(Path.Combine(PublishedPrograms.ElasticIngestFolder, "elastic-ingest"), [], environment),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void TheSelfContainedFolderIsAtMost120Megabytes()
    {
        var files = new DirectoryInfo(PublishedPrograms.ElasticIngestFolder).EnumerateFiles("*", SearchOption.AllDirectories).ToList();

        Assert.InRange(files.Sum(file => file.Length) / 1_000_000, 60, 120);
        Assert.DoesNotContain(files, file => file.Extension == ".xml" || file.Name.EndsWith(".resources.dll", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ItSaysWhyItLoadsNoPlugIn()
    {
        Directory.CreateDirectory(_folder["plugins"]);
        File.Copy(typeof(PublishedElasticIngestTests).Assembly.Location, _folder["plugins/Some.Plugin.dll"]);
        await File.WriteAllTextAsync(
            _folder["config.yml"],
            $"""
            service:
              plugins_dir: {_folder["plugins"]}
            sources:
              some: Some.Plugin.Source, Some.Plugin
            """,
            Token
        );
        await using var config = new Program(
            Path.Combine(PublishedPrograms.ElasticIngestFolder, "elastic-ingest"),
            ["config", "some", "-c", _folder["config.yml"]],
            []
        );

        Assert.NotEqual(0, await config.ExitAsync(Token));
        Assert.Contains("-p:PublishTrimmed=false", config.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePackedToolIsInstalledAndRunsTheDemo()
    {
        // Packages of an earlier build with the same version must not stand in for this one.
        var environment = new Dictionary<string, string>
        {
            ["NUGET_PACKAGES"] = _folder["cache"],
            ["DOTNET_ROOT"] = PublishedPrograms.DotnetRoot,
            ["DOTNET_CLI_HOME"] = _folder["home"],
            ["DOTNET_NOLOGO"] = "1",
        };
        await ServerProcess.RunAsync(
            "dotnet",
            [
                "tool",
                "install",
                "Connectors.Cli",
                "--version",
                PublishedPrograms.Version,
                "--source",
                PublishedPrograms.Packages,
                "--tool-path",
                _folder["tools"],
            ],
            Token,
            environment
        );

        Assert.Contains(EndOfDemo, await DemoAsync(_folder["tools/elastic-ingest"], [], environment), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheContainersProgramRunsOnTheFrameworksOfItsBaseImage()
    {
        var container = ContainerFile.Read();
        var app = _folder["app"];
        await ServerProcess.RunAsync(
            "dotnet",
            [.. container.PublishArguments(app), "--no-build"],
            Token,
            PublishedPrograms.WithoutBuildServers
        );

        Assert.Superset(ContainerFile.FrameworksOf(app).ToHashSet(), container.BaseFrameworks.ToHashSet());
        var root = DotnetRootWith("image", container.BaseFrameworks);
        Assert.Contains(EndOfDemo, await DemoAsync(root, [Path.Combine(app, "elastic-ingest.dll")], []), StringComparison.Ordinal);

        // The root holds no more than it is meant to: without a framework that the program needs it does not start.
        await using var lacking = new Demo(
            DotnetRootWith("lacking", ["Microsoft.NETCore.App"]),
            [Path.Combine(app, "elastic-ingest.dll")],
            []
        );
        Assert.NotEqual(0, await lacking.ExitAsync(Token));
        Assert.Contains("Microsoft.AspNetCore.App", lacking.Output, StringComparison.Ordinal);
    }

    /// <summary>A folder with <c>dotnet</c> and these frameworks, as they are installed on this machine.</summary>
    /// <returns>The <c>dotnet</c> in it.</returns>
    private string DotnetRootWith(string name, IEnumerable<string> frameworks)
    {
        Directory.CreateDirectory(_folder[$"{name}/shared"]);
        File.Copy(Path.Combine(PublishedPrograms.DotnetRoot, "dotnet"), _folder[$"{name}/dotnet"]);
        Directory.CreateSymbolicLink(_folder[$"{name}/host"], Path.Combine(PublishedPrograms.DotnetRoot, "host"));
        foreach (var framework in frameworks)
        {
            Directory.CreateSymbolicLink(
                _folder[$"{name}/shared/{framework}"],
                Path.Combine(PublishedPrograms.DotnetRoot, "shared", framework)
            );
        }

        return _folder[$"{name}/dotnet"];
    }

    private static async Task<string> DemoAsync(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        await using var demo = new Demo(program, arguments, environment);
        await demo.ExitsWithAsync(0, Token);
        return demo.Output;
    }

    private sealed class Demo(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
        : ChildProcess(program, [.. arguments, "demo"], environment.Append(new("NO_COLOR", "1")));

    private sealed class Program(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
        : ChildProcess(program, arguments, environment.Append(new("NO_COLOR", "1")));
}
