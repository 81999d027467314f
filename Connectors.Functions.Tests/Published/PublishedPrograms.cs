using System.Diagnostics;
using System.Xml.Linq;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>
/// What a release would ship, made by <c>build.cs publish</c>: once for all tests of its collection. <c>build.cs test</c> makes it before
/// the tests and says so in <c>CONNECTORS_PUBLISHED</c>; tests that are run without it make it themselves.
/// </summary>
public sealed class PublishedPrograms : IAsyncLifetime
{
    private static readonly string Artifacts = Path.Combine(Approved.Root, "artifacts");

    /// <summary>The published function app.</summary>
    public static string FunctionsFolder => Path.Combine(Artifacts, "functions");

    /// <summary>What is deployed to Azure: the published function app, packed.</summary>
    public static string FunctionsZip => Path.Combine(Artifacts, "functions.zip");

    /// <summary>The folder with a self-contained <c>elastic-ingest</c>.</summary>
    public static string ElasticIngestFolder =>
        Path.Combine(Artifacts, $"elastic-ingest-{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}");

    /// <summary>The folder with the NuGet packages.</summary>
    public static string Packages => Path.Combine(Artifacts, "packages");

    /// <summary>The version of everything in this repository.</summary>
    public static string Version =>
        XDocument.Load(Path.Combine(Approved.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>Where the .NET that runs the tests is installed.</summary>
    public static string DotnetRoot { get; } =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CONNECTORS_PUBLISHED") is not { Length: > 0 })
        {
            // It takes minutes, so nothing bounds it but the run of the tests.
            var start = new ProcessStartInfo("dotnet", ["run", Path.Combine(Approved.Root, "build.cs"), "--", "publish"])
            {
                UseShellExecute = false,
            };
            foreach (var (name, value) in WithoutBuildServers)
            {
                start.Environment[name] = value;
            }

            using var publish = System.Diagnostics.Process.Start(start)!;
            await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, publish.ExitCode);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>For builds that a test starts: nothing is left running after them.</summary>
    internal static Dictionary<string, string> WithoutBuildServers { get; } =
        new() { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" };
}

/// <summary>The tests of what is published.</summary>
[CollectionDefinition("Published")]
public sealed class PublishedCollection : ICollectionFixture<PublishedPrograms>;
