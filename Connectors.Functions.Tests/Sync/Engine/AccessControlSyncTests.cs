using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

public sealed class AccessControlSyncTests : IDisposable
{
    private static readonly DateTimeOffset Then = new(2025, 6, 1, 10, 0, 0, TimeSpan.Zero);
    private readonly EngineBench _bench = new();

    public AccessControlSyncTests() => _bench.Request = _bench.Request with { HasAccessControl = true };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[\"\"]")]
    [InlineData("[\" \", null]")]
    [InlineData("[7]")]
    [InlineData("[[\"user:1\"]]")]
    [InlineData("{\"user\": 1}")]
    [InlineData("7")]
    public async Task ADocumentWhoseReadersCanNotBeToldIsSeenByNobody(string? access)
    {
        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", access)] });

        Assert.Equal("""["_nobody"]""", AccessOf("a"));
        Assert.Equal("v1", _bench.Index.Documents["a"]["text"]!.GetValue<string>());
        Assert.True(_bench.Index.HasAccessField);
    }

    [Theory]
    [InlineData("""["user:2","user:1"]""", """["user:2","user:1"]""")]
    [InlineData("""["user:1",null,"user:1"]""", """["user:1"]""")]
    [InlineData("\"user:1\"", """["user:1"]""")]
    public async Task ValuesThatCanBeComparedAreKept(string access, string expected)
    {
        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", access)] });

        Assert.Equal(expected, AccessOf("a"));
    }

    [Fact]
    public async Task AValueThatIsTooLongToBeComparedDoesNotShowTheDocumentToEveryone()
    {
        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", $"[\"{new string('x', 40_000)}\"]")] });

        Assert.Equal("""["_nobody"]""", AccessOf("a"));
    }

    [Fact]
    public async Task WithoutAccessControlDocumentsAreLeftAsTheyAre()
    {
        _bench.Request = _bench.Request with { HasAccessControl = false };

        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", null), AccessSource.Document("b", "[]")] });

        Assert.False(_bench.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
        Assert.Equal("[]", AccessOf("b"));
        Assert.False(_bench.Index.HasAccessField);
    }

    [Fact]
    public async Task AChangeOfReadersReachesADocumentWhoseTimeStampStaysTheSame()
    {
        await _bench.RunAsync(
            new AccessSource
            {
                Documents =
                [
                    AccessSource.Document("a", """["everyone"]""", "v1", Then),
                    AccessSource.Document("b", """["everyone"]""", "v1", Then),
                ],
            }
        );
        _bench.Index.Written.Clear();

        var outcome = await _bench.RunNextAsync(
            new AccessSource
            {
                Documents =
                [
                    AccessSource.Document("a", """["user:1"]""", "v1", Then),
                    AccessSource.Document("b", """["everyone"]""", "v1", Then),
                ],
            }
        );

        Assert.Equal((1, 1), (outcome.Counts.Updated, outcome.Counts.Skipped));
        Assert.Equal(["a"], _bench.Index.Written);
        Assert.Equal("""["user:1"]""", AccessOf("a"));
        Assert.Equal("2025-06-01T10:00:00Z", _bench.Index.Documents["a"]["_timestamp"]!.GetValue<string>());
    }

    [Fact]
    public async Task ANewTimeStampAloneIsAChangeToo()
    {
        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", """["everyone"]""", "v1", Then)] });

        var outcome = await _bench.RunNextAsync(
            new AccessSource { Documents = [AccessSource.Document("a", """["everyone"]""", "v1", Then.AddSeconds(1))] }
        );

        Assert.Equal(1, outcome.Counts.Updated);
    }

    [Fact]
    public async Task DocumentsOfAnotherServiceAreWrittenAgainThoughTheirTimeStampsAreEqual()
    {
        _bench.Index.Exists = true;
        _bench.Index.Put(
            "a",
            new JsonObject
            {
                ["id"] = "a",
                ["_timestamp"] = "2025-06-01T10:00:00Z",
                ["text"] = "v1",
            }
        );

        var outcome = await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]""", "v1", Then)] });

        Assert.Equal(1, outcome.Counts.Updated);
        Assert.Equal("""["user:1"]""", AccessOf("a"));
    }

    [Fact]
    public async Task SwitchedOnOrOffItReachesEveryDocument()
    {
        var open = _bench.Request with { HasAccessControl = false, Fingerprint = "off" };
        var closed = _bench.Request with { HasAccessControl = true, Fingerprint = "on" };
        _bench.Request = open;
        await _bench.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });

        _bench.Request = closed;
        await _bench.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]""", "v1", Then)] });
        Assert.Equal("""["user:1"]""", AccessOf("a"));
        Assert.True(_bench.Index.Documents["a"].ContainsKey("_digest"));

        _bench.Request = open;
        await _bench.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });
        Assert.False(_bench.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
        Assert.False(_bench.Index.Documents["a"].ContainsKey("_digest"));
    }

    [Fact]
    public async Task DocumentsThatTheFirstSyncAfterTheSwitchDoesNotReachAreRestricted()
    {
        _bench.Index.Exists = true;
        Open(_bench.Index, "a", "b");

        var outcome = await _bench.RunAsync(
            new MemorySource
            {
                Partitions =
                [
                    [new MemoryDocument("a", "v2")],
                ],
                Gap = "may not be read",
            }
        );

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal("""["_nobody"]""", AccessOf("b"));
        Assert.Equal("v1", _bench.Index.Documents["b"]["text"]!.GetValue<string>());

        // Its list comes as soon as it is listed, though its time stamp is the same.
        await _bench.RunNextAsync(
            new AccessSource
            {
                Documents = [AccessSource.Document("a", """["user:1"]"""), AccessSource.Document("b", """["user:1"]""", "v1", Then)],
            }
        );
        Assert.Equal("""["user:1"]""", AccessOf("b"));
    }

    [Fact]
    public async Task DocumentsRejectedInThatSyncAreRestricted()
    {
        _bench.Index.Exists = true;
        Open(_bench.Index, "a", "b");
        _bench.Index.Reject = id => id == "b";

        var outcome = await _bench.RunAsync(
            new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]"""), AccessSource.Document("b", """["user:1"]""")] }
        );

        Assert.Equal(1, outcome.Counts.Rejected);
        Assert.Equal("""["_nobody"]""", AccessOf("b"));
    }

    [Fact]
    public async Task ClosingCountsAsAChangeOnceItIsSwitchedOffAgain()
    {
        _bench.Index.Exists = true;
        Open(_bench.Index, "a");
        Assert.True(await SyncCompletion.RestrictUnsecuredAsync(_bench.Index, _bench.Request, 100, TestContext.Current.CancellationToken));
        Assert.False(await SyncCompletion.RestrictUnsecuredAsync(_bench.Index, _bench.Request, 100, TestContext.Current.CancellationToken));

        _bench.Request = _bench.Request with { HasAccessControl = false };
        await _bench.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });

        Assert.False(_bench.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
    }

    [Fact]
    public async Task ADryRunRestrictsNothing()
    {
        _bench.Index.Exists = true;
        Open(_bench.Index, "a");
        _bench.Request = _bench.Request with { DryRun = true };

        await _bench.RunAsync(new AccessSource { Documents = [] });

        Assert.False(_bench.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
    }

    [Fact]
    public async Task StagedSyncsRestrictThemToo()
    {
        using var bench = new StagedBench();
        bench.Request = bench.Request with { HasAccessControl = true };
        bench.Index.Exists = true;
        Open(bench.Index, "a", "b");

        var outcome = await bench.RunAsync(
            new MemorySource
            {
                Partitions =
                [
                    [new MemoryDocument("a", "v2")],
                ],
                Gap = "may not be read",
            }
        );

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal("""["_nobody"]""", bench.Index.Documents["b"][AccessControl.FieldName]!.ToJsonString());
    }

    [Fact]
    public void OnlyWithAccessControlTheFingerprintKnowsOfIt()
    {
        var without = _bench.Request with { HasAccessControl = false };

        Assert.NotEqual(SyncPreparation.FingerprintOf(without), SyncPreparation.FingerprintOf(_bench.Request));
        Assert.Equal(SyncFingerprint.Of("f1", null), SyncPreparation.FingerprintOf(without));
    }

    [Fact]
    public async Task ABrokenBodyIsRejectedAndReported()
    {
        await using var bench = await GatewayBench.StartAsync();
        var engine = new SyncEngine(
            bench.Gateway.Content,
            _bench.Options,
            new FastForwardTimeProvider(),
            new Random(1),
            NullLoggerFactory.Instance
        );

        var outcome = await engine.RunAsync(
            _bench.Request,
            new RawSource(("bad", "{\"text\":"), ("good", "{\"text\":1,\"_allow_access_control\":[\"user:1\"]}")),
            new SyncProgress(),
            default,
            GatewayBench.Token
        );

        Assert.Equal((1, 1), (outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal("bad", Assert.Single(outcome.Rejections.Samples).Id);
        Assert.Null(bench.Server.Get("search-memory", "bad"));
    }

    [Fact]
    public async Task DocumentsInElasticsearchAreRestrictedWithoutTheirPipeline()
    {
        await using var bench = await GatewayBench.StartAsync();
        var content = bench.Gateway.Content;
        await content.PrepareAsync("search-open", GatewayBench.Token);
        await content.PrepareAccessAsync("search-open", GatewayBench.Token);
        var body = string.Concat(
            Enumerable
                .Range(0, 12)
                .Select(number =>
                    $"{{\"index\":{{\"_id\":\"{number} "
                    + $"\\\"é\"}}}}\n{{\"text\":\"v1\",\"_digest\":7{(number % 3 == 0 ? ",\"_allow_access_control\":[\"user:1\"]" : string.Empty)}}}\n"
                )
        );
        await content.BulkAsync("search-open", null, System.Text.Encoding.UTF8.GetBytes(body), 12, null, GatewayBench.Token);
        await content.RefreshAsync("search-open", GatewayBench.Token);
        Assert.Equal(8, await content.CountUnsecuredAsync("search-open", GatewayBench.Token));

        await content.RestrictUnsecuredAsync("search-open", long.MaxValue, GatewayBench.Token);

        Assert.Equal(0, await content.CountUnsecuredAsync("search-open", GatewayBench.Token));
        var closed = JsonNode.Parse(bench.Server.Get("search-open", "1 \"é")!)!;
        Assert.Equal(
            ("v1", """["_nobody"]""", null),
            (closed["text"]!.GetValue<string>(), closed[AccessControl.FieldName]!.ToJsonString(), closed["_digest"])
        );
        Assert.Equal("""["user:1"]""", JsonNode.Parse(bench.Server.Get("search-open", "3 \"é")!)![AccessControl.FieldName]!.ToJsonString());
    }

    [Fact]
    public async Task IdentitiesAreSyncedLikeDocuments()
    {
        _bench.Request = _bench.Request with { HasAccessControl = false };
        await _bench.RunAsync(
            new IdentitySource(
                new AccessSource { Identities = [Identity("alice", "user:1"), Identity("bob", "user:2"), Identity("carol", "user:3")] }
            )
        );
        _bench.Index.Written.Clear();

        var outcome = await _bench.RunNextAsync(
            new IdentitySource(new AccessSource { Identities = [Identity("alice", "user:1"), Identity("carol", "user:3", "group:7")] })
        );

        Assert.Equal((SyncEnd.Completed, 1, 1, 1), (outcome.End, outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Deleted));
        Assert.Equal(["carol"], _bench.Index.Written);
        Assert.Equal(["alice", "carol"], _bench.Index.Documents.Keys.Order());
        Assert.Equal(
            """["everyone","group:7","user:3"]""",
            _bench.Index.Documents["carol"]["query"]!["template"]!["params"]!["access_control"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task IdentitiesThatCameInAnotherOrderAreTheSame()
    {
        _bench.Request = _bench.Request with { HasAccessControl = false };
        await _bench.RunAsync(new IdentitySource(new AccessSource { Identities = [Identity("alice", "user:1", "group:7")] }));

        var outcome = await _bench.RunNextAsync(
            new IdentitySource(new AccessSource { Identities = [Identity("alice", "group:7", "user:1", "everyone")] })
        );

        Assert.Equal((1, 0), (outcome.Counts.Skipped, outcome.Counts.Indexed));
    }

    [Fact]
    public async Task WhenTheSourceOfIdentitiesFailsNoneIsDeleted()
    {
        _bench.Request = _bench.Request with { HasAccessControl = false };
        var all = new AccessSource { Identities = [Identity("alice", "user:1"), Identity("bob", "user:2")] };
        await _bench.RunAsync(new IdentitySource(all));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.RunNextAsync(new IdentitySource(new AccessSource { Identities = all.Identities, FailsAfter = 1 }))
        );

        Assert.Equal("The directory of users is gone.", failure.Message);
        Assert.Equal(["alice", "bob"], _bench.Index.Documents.Keys.Order());
    }

    private static void Open(MemoryIndex index, params string[] ids) => Array.ForEach(ids, id => index.Put(
                id,
                new JsonObject
                {
                    ["id"] = id,
                    ["_timestamp"] = "2025-06-01T10:00:00Z",
                    ["text"] = "v1",
                }
            ));

    private static AccessIdentity Identity(string id, params string[] values) => new(id, values);

    private string AccessOf(string id) => _bench.Index.Documents[id][AccessControl.FieldName]!.ToJsonString();
}
