using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The driver of a source is loaded when the source is used, and not before: a program that mirrors folders stays as small as
/// that.</summary>
public sealed class LoadedDriverTests
{
    private static readonly string[] Drivers =
    [
        "AWSSDK",
        "Azure.",
        "Google.",
        "Microsoft.Data.SqlClient",
        "MongoDB.",
        "MySqlConnector",
        "Newtonsoft.Json",
        "Npgsql",
        "StackExchange.Redis",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASyncOfAFolderLoadsNoDriverOfAnotherSource()
    {
        using var tree = TemporaryFolder.With("a.txt", "b.txt");
        var loaded = await LoadedAfterSyncAsync("dir", new() { ["directory"] = tree.Path }, isCompleted: true);
        Assert.Contains("Connectors.Sources", loaded);
        Assert.True(loaded.Count > 30, $"only {loaded.Count} assemblies");
        Assert.DoesNotContain(loaded, name => Array.Exists(Drivers, driver => name.StartsWith(driver, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ASyncFromRedisLoadsItsDriverOnly()
    {
        var loaded = await LoadedAfterSyncAsync(
            "redis",
            new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = 1,
                ["database"] = "0",
            },
            isCompleted: false
        );
        Assert.Equal(
            ["StackExchange.Redis"],
            loaded.Where(name => Array.Exists(Drivers, driver => name.StartsWith(driver, StringComparison.Ordinal)))
        );
    }

    private static async Task<IReadOnlyList<string>> LoadedAfterSyncAsync(
        string serviceType,
        Dictionary<string, JsonNode?> settings,
        bool isCompleted
    )
    {
        using var folder = TemporaryFolder.With();
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(elasticsearch.Uri);
        var connector = await fixture.ConnectAsync(serviceType, "search-loaded", settings);
        var job = await fixture.StartSyncAsync(connector.Id);
        await using var service = IngestProcess.OneSync(
            fixture.Configure(elasticsearch.Uri, sourceRetryTimeLimit: 0, serviceTypes: "dir, redis"),
            loadedAssemblies: folder["loaded.txt"]
        );
        var code = await service.ExitAsync(Token);
        Assert.True(
            isCompleted == (code == 0),
            $"It ended with {code}: {ProcessFixture.Counts(await fixture.JobAsync(job))}\n{service.Output}"
        );
        return await File.ReadAllLinesAsync(folder["loaded.txt"], Token);
    }
}
