using System.Net;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Published.FunctionsHost;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>The published function app is started as the Functions host starts it, and answers as the host expects.</summary>
[Collection("Published")]
public sealed class PublishedWorkerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("notes/one.txt");
    private EmulatorServer _elasticsearch = null!;
    private PublishedWorker _worker = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        _worker = await PublishedWorker.StartAsync(
            PublishedPrograms.FunctionsFolder,
            Path.Combine(PublishedPrograms.DotnetRoot, "dotnet"),
            new Dictionary<string, string>
            {
                ["Connectors__elasticsearch__host"] = _elasticsearch.Uri.ToString(),
                ["ConnectorsStagingFolder"] = _folder["staging"],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await (_worker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _elasticsearch.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task ItIndexesTheFunctionsThatItsMetadataFileLists()
    {
        var file = Path.Combine(PublishedPrograms.FunctionsFolder, "functions.metadata");
        var listed = JsonNode.Parse(await File.ReadAllTextAsync(file, Token))!.AsArray();

        Assert.Equal(listed.Select(function => function!["name"]!.GetValue<string>()).Order(), _worker.Session.Functions.Keys.Order());
        Assert.All(listed, function =>
            Assert.Equal(
                function!["entryPoint"]!.GetValue<string>(),
                _worker.Session.Functions[function["name"]!.GetValue<string>()]["entryPoint"]!.GetValue<string>()
            )
        );
    }

    [Fact]
    public async Task ItAnswersAnHttpRequestAndEndsWhenItIsAskedTo()
    {
        using var health = await _worker.Session.RequestAsync("GetHealth", "api/health", new Dictionary<string, string>(), Token);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (health.StatusCode, health.Content.Headers.ContentType!.MediaType));
        Assert.True(JsonNode.Parse(await health.Content.ReadAsStringAsync(Token))!["ready"]!.GetValue<bool>());
        using var missing = await _worker.Session.RequestAsync(
            "GetConnector",
            "api/connectors/nope",
            new Dictionary<string, string> { ["id"] = "nope" },
            Token
        );
        Assert.Equal(
            (HttpStatusCode.NotFound, "application/problem+json"),
            (missing.StatusCode, missing.Content.Headers.ContentType!.MediaType)
        );
        Assert.Equal(0, await _worker.TerminateAsync());
    }

    [Fact]
    public async Task ItsTimerPollsTheConnectors()
    {
        using var fixture = new ProcessFixture(_elasticsearch.Uri);
        var connector = await fixture.ConnectAsync(
            "dir",
            "search-notes",
            new Dictionary<string, JsonNode?> { ["directory"] = _folder["notes"] }
        );

        await _worker.Session.FireAsync("PollConnectors", Token);

        var polled = await fixture.Connectors.FindAsync(connector.Id, Token);
        Assert.Equal((ConnectorStatus.Connected, true), (polled!.Status, polled.LastSeen is not null));
    }
}
