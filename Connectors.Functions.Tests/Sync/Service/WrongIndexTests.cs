using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Cli;
using Connectors.Tests.Cli.Ui;
using Connectors.Tests.Functions;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>A connector that names an index of the protocol, of Elasticsearch, or a hidden one: a sync would delete everything in
/// it.</summary>
public sealed class WrongIndexTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Names that are refused as they stand.</summary>
    public static TheoryData<string> Reserved { get; } =
    [
        ".elastic-connectors",
        ".elastic-connectors-v1",
        ".elastic-connectors-sync-jobs",
        ".elastic-connectors-sync-jobs-v1",
        ".kibana",
        ".security",
        ".security-7",
        ".ds-logs-2026.01.01-000001",
        ".hidden",
        ".search-acl-filter-search-files",
        "search-files,.elastic-connectors",
        "<.elastic-connectors>",
        "*",
        "_all",
        "search-*",
        "other:search-files",
    ];

    [Theory]
    [MemberData(nameof(Reserved))]
    public async Task ItIsRefusedWhereverAConnectorIsMadeChangedLookedAtOrRun(string index)
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        var files = cli.Files("a.txt", "b.txt");
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--name",
            "files",
            "--id",
            "f1",
            "--set",
            $"directory={files}"
        );
        var innocent = elasticsearch.Ids(ProtocolIndices.Connectors);
        var sentence = $"'{index}' can't be the name of an index: ";

        Assert.Equal(
            2,
            await cli.RunAsync(
                "connector",
                "create",
                "--service-type",
                "dir",
                "--index",
                index,
                "--name",
                "x",
                "--set",
                $"directory={files}"
            )
        );
        Assert.Contains(sentence, cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await cli.RunAsync("connector", "edit", "f1", "--index", index));
        Assert.Contains(sentence, cli.Error.ToString(), StringComparison.Ordinal);

        // Kibana or anybody with the API wrote it.
        var connector = JsonNode.Parse(elasticsearch.Get(ProtocolIndices.Connectors, "f1")!)!.AsObject();
        connector["index_name"] = index;
        elasticsearch.Put(ProtocolIndices.Connectors, "f1", connector.ToJsonString());
        Assert.Equal(1, await cli.RunAsync("doctor"));
        Assert.Contains(sentence, cli.Out.ToString(), StringComparison.Ordinal);
        foreach (var kind in (string[])["--deletes-only", "--dry-run", "--allow-mass-delete"])
        {
            Assert.NotEqual(0, await cli.RunAsync("sync", "f1", kind));
            Assert.Contains(sentence, cli.Error.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(innocent, elasticsearch.Ids(ProtocolIndices.Connectors));
    }

    [Theory]
    [InlineData("search-way", ".elastic-connectors-v1", "{}")]
    [InlineData("search-way", "jobs-moved", """{".elastic-connectors-sync-jobs-v2":{}}""")]
    [InlineData("search-way", ".kibana_1", "{}")]
    public async Task AnAliasThatLeadsToOneIsRefusedToo(string alias, string target, string aliases)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var body = JsonNode.Parse(aliases)!.AsObject();
        body[alias] = new JsonObject();
        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        await fixture.Gateway.Documents.EnsureIndexAsync(target, new JsonObject { ["aliases"] = body.DeepClone() }, Token);
        using var content = new StringContent(
            $$$"""{"actions":[{"add":{"index":"{{{target}}}","alias":"{{{alias}}}"}}]}""",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (await http.PostAsync("_aliases", content, Token)).EnsureSuccessStatusCode();

        await RefusesAsync(fixture, alias, $"'{alias}' leads to '{target}' at Elasticsearch");
    }

    [Fact]
    public async Task AHiddenIndexIsRefusedThoughItsNameTellsNothing()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync(
            "search-hidden",
            JsonNode.Parse("""{"settings":{"index":{"hidden":true}}}""")!.AsObject(),
            Token
        );

        await RefusesAsync(fixture, "search-hidden", "'search-hidden' leads to 'search-hidden' at Elasticsearch");
    }

    [Fact]
    public async Task TheFunctionAppRefusesTheSameAtItsApiAndAtTheStartOfAJob()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector("c1", """{"index_name": ".elastic-connectors"}""");

        using var answer = await fixture.PostAsync("connectors/c1/syncs", """{"allowMassDelete":true}""");
        Assert.Equal(System.Net.HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(
            "'.elastic-connectors' can't be the name of an index",
            await answer.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );

        // A job that Kibana made.
        var connector = fixture.Store[ProtocolIndices.Connectors, "c1"];
        connector["id"] = "c1";
        fixture.Store.Put(
            ProtocolIndices.SyncJobs,
            "j1",
            new JsonObject
            {
                ["connector"] = connector.DeepClone(),
                ["status"] = "pending",
                ["job_type"] = "full",
                ["created_at"] = "2026-01-31T00:00:00Z",
            }
        );
        await fixture.FireAsync("PollConnectors");
        await fixture.EndOfAsync("j1");
        Assert.Equal("error", fixture.Status("j1"));
        Assert.Contains(
            "'.elastic-connectors' can't be the name of an index",
            fixture.Job("j1")["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
        Assert.Equal(0, fixture.Index.BulkRequests);
    }

    [Fact]
    public async Task TheStatusPageSaysIt()
    {
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "files", 1);
        fixture.Edit("f1", connector => connector["index_name"] = ".elastic-connectors");
        await fixture.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(fixture.Page, "/api/") };

        using var answer = await http.PostAsync(
            "connectors/f1/syncs",
            new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
            Token
        );

        Assert.Equal(System.Net.HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(
            "'.elastic-connectors' can't be the name of an index",
            await answer.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
        Assert.Equal(["f1"], fixture.Elasticsearch.Ids(".elastic-connectors"));
    }

    private static async Task RefusesAsync(GatewayFixture fixture, string index, string sentence)
    {
        Assert.StartsWith(sentence, await fixture.Gateway.Checkup.ContentIndexProblemAsync(index, Token), StringComparison.Ordinal);
        Func<Task>[] calls =
        [
            () => fixture.Gateway.Content.InspectAsync(index, Token),
            () => fixture.Gateway.Content.PrepareAsync(index, Token),
            () => fixture.Gateway.Content.HoldsForeignAsync(index, Token),
            () => fixture.Gateway.Content.ReadIdsAsync(index, () => (_, _) => { }, Token),
            () => fixture.Gateway.Content.WriteMetaAsync(index, [], Token),
        ];
        foreach (var call in calls)
        {
            Assert.StartsWith(
                sentence,
                (await Assert.ThrowsAsync<Connectors.Abstractions.ConnectorException>(call)).Message,
                StringComparison.Ordinal
            );
        }
    }
}
