using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

public sealed class AccessControlSyncTests : IDisposable
{
    private static readonly DateTimeOffset Then = new(2025, 6, 1, 10, 0, 0, TimeSpan.Zero);
    private readonly EngineFixture _fixture = new();

    public AccessControlSyncTests() => _fixture.Request = _fixture.Request with { HasAccessControl = true };

    public void Dispose() => _fixture.Dispose();

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
        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", access)] });

        Assert.Equal("""["_nobody"]""", AccessOf("a"));
        Assert.Equal("v1", _fixture.Index.Documents["a"]["text"]!.GetValue<string>());
        Assert.True(_fixture.Index.HasAccessField);
    }

    [Theory]
    [InlineData("""["user:2","user:1"]""", """["user:2","user:1"]""")]
    [InlineData("""["user:1",null,"user:1"]""", """["user:1"]""")]
    [InlineData("\"user:1\"", """["user:1"]""")]
    public async Task ValuesThatCanBeComparedAreKept(string access, string expected)
    {
        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", access)] });

        Assert.Equal(expected, AccessOf("a"));
    }

    [Fact]
    public async Task AValueThatIsTooLongToBeComparedDoesNotShowTheDocumentToEveryone()
    {
        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", $"[\"{new string('x', 40_000)}\"]")] });

        Assert.Equal("""["_nobody"]""", AccessOf("a"));
    }

    [Fact]
    public async Task WithoutAccessControlDocumentsAreLeftAsTheyAre()
    {
        _fixture.Request = _fixture.Request with { HasAccessControl = false };

        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", null), AccessSource.Document("b", "[]")] });

        Assert.False(_fixture.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
        Assert.Equal("[]", AccessOf("b"));
        Assert.False(_fixture.Index.HasAccessField);
    }

    [Fact]
    public async Task AChangeOfReadersReachesADocumentWhoseTimeStampStaysTheSame()
    {
        await _fixture.RunAsync(
            new AccessSource
            {
                Documents =
                [
                    AccessSource.Document("a", """["everyone"]""", "v1", Then),
                    AccessSource.Document("b", """["everyone"]""", "v1", Then),
                ],
            }
        );
        _fixture.Index.Written.Clear();

        var outcome = await _fixture.RunNextAsync(
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
        Assert.Equal(["a"], _fixture.Index.Written);
        Assert.Equal("""["user:1"]""", AccessOf("a"));
        Assert.Equal("2025-06-01T10:00:00Z", _fixture.Index.Documents["a"]["_timestamp"]!.GetValue<string>());
    }

    [Fact]
    public async Task ANewTimeStampAloneIsAChangeToo()
    {
        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", """["everyone"]""", "v1", Then)] });

        var outcome = await _fixture.RunNextAsync(
            new AccessSource { Documents = [AccessSource.Document("a", """["everyone"]""", "v1", Then.AddSeconds(1))] }
        );

        Assert.Equal(1, outcome.Counts.Updated);
    }

    [Fact]
    public async Task DocumentsOfAnotherServiceAreWrittenAgainThoughTheirTimeStampsAreEqual()
    {
        _fixture.Index.Exists = true;
        _fixture.Index.Put(
            "a",
            new JsonObject
            {
                ["id"] = "a",
                ["_timestamp"] = "2025-06-01T10:00:00Z",
                ["text"] = "v1",
            }
        );

        var outcome = await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]""", "v1", Then)] });

        Assert.Equal(1, outcome.Counts.Updated);
        Assert.Equal("""["user:1"]""", AccessOf("a"));
    }

    [Fact]
    public async Task SwitchedOnOrOffItReachesEveryDocument()
    {
        var open = _fixture.Request with { HasAccessControl = false, Fingerprint = "off" };
        var closed = _fixture.Request with { HasAccessControl = true, Fingerprint = "on" };
        _fixture.Request = open;
        await _fixture.RunAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });

        _fixture.Request = closed;
        await _fixture.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]""", "v1", Then)] });
        Assert.Equal("""["user:1"]""", AccessOf("a"));
        Assert.True(_fixture.Index.Documents["a"].ContainsKey("_digest"));

        _fixture.Request = open;
        await _fixture.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });
        Assert.False(_fixture.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
        Assert.False(_fixture.Index.Documents["a"].ContainsKey("_digest"));
    }

    [Fact]
    public async Task DocumentsThatTheFirstSyncAfterTheSwitchDoesNotReachAreRestricted()
    {
        _fixture.Index.Exists = true;
        Open(_fixture.Index, "a", "b");

        var outcome = await _fixture.RunAsync(
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
        Assert.Equal("v1", _fixture.Index.Documents["b"]["text"]!.GetValue<string>());

        // Its list comes as soon as it is listed, though its time stamp is the same.
        await _fixture.RunNextAsync(
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
        _fixture.Index.Exists = true;
        Open(_fixture.Index, "a", "b");
        _fixture.Index.Reject = id => id == "b";

        var outcome = await _fixture.RunAsync(
            new AccessSource { Documents = [AccessSource.Document("a", """["user:1"]"""), AccessSource.Document("b", """["user:1"]""")] }
        );

        Assert.Equal(1, outcome.Counts.Rejected);
        Assert.Equal("""["_nobody"]""", AccessOf("b"));
    }

    [Fact]
    public async Task ClosingCountsAsAChangeOnceItIsSwitchedOffAgain()
    {
        _fixture.Index.Exists = true;
        Open(_fixture.Index, "a");
        Assert.True(
            await SyncCompletion.RestrictUnsecuredAsync(_fixture.Index, _fixture.Request, 100, TestContext.Current.CancellationToken)
        );
        Assert.False(
            await SyncCompletion.RestrictUnsecuredAsync(_fixture.Index, _fixture.Request, 100, TestContext.Current.CancellationToken)
        );

        _fixture.Request = _fixture.Request with { HasAccessControl = false };
        await _fixture.RunNextAsync(new AccessSource { Documents = [AccessSource.Document("a", null, "v1", Then)] });

        Assert.False(_fixture.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
    }

    [Fact]
    public async Task ADryRunRestrictsNothing()
    {
        _fixture.Index.Exists = true;
        Open(_fixture.Index, "a");
        _fixture.Request = _fixture.Request with { DryRun = true };

        await _fixture.RunAsync(new AccessSource { Documents = [] });

        Assert.False(_fixture.Index.Documents["a"].ContainsKey(AccessControl.FieldName));
    }

    [Fact]
    public async Task StagedSyncsRestrictThemToo()
    {
        using var fixture = new StagedFixture();
        fixture.Request = fixture.Request with { HasAccessControl = true };
        fixture.Index.Exists = true;
        Open(fixture.Index, "a", "b");

        var outcome = await fixture.RunAsync(
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
        Assert.Equal("""["_nobody"]""", fixture.Index.Documents["b"][AccessControl.FieldName]!.ToJsonString());
    }

    [Fact]
    public void OnlyWithAccessControlTheFingerprintKnowsOfIt()
    {
        var without = _fixture.Request with { HasAccessControl = false };

        Assert.NotEqual(SyncPreparation.FingerprintOf(without), SyncPreparation.FingerprintOf(_fixture.Request));
        Assert.Equal(SyncFingerprint.Of("f1", null), SyncPreparation.FingerprintOf(without));
    }

    [Fact]
    public async Task ABrokenBodyIsRejectedAndReported()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        _fixture.Target = fixture.Gateway.Content;

        var outcome = await _fixture.RunAsync(
            new RawSource(("bad", "{\"text\":"), ("good", "{\"text\":1,\"_allow_access_control\":[\"user:1\"]}"))
        );

        Assert.Equal((1, 1), (outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal("bad", Assert.Single(outcome.Rejections.Samples).Id);
        Assert.Null(fixture.Server.Get("search-memory", "bad"));
    }

    [Fact]
    public async Task DocumentsInElasticsearchAreRestrictedWithoutTheirPipeline()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var content = fixture.Gateway.Content;
        await content.PrepareAsync("search-open", GatewayFixture.Token);
        await content.PrepareAccessAsync("search-open", GatewayFixture.Token);
        var body = string.Concat(
            Enumerable
                .Range(0, 12)
                .Select(number =>
                    $"{{\"index\":{{\"_id\":\"{number} "
                    + $"\\\"é\"}}}}\n{{\"text\":\"v1\",\"_digest\":7{(number % 3 == 0 ? ",\"_allow_access_control\":[\"user:1\"]" : string.Empty)}}}\n"
                )
        );
        await content.BulkAsync("search-open", null, System.Text.Encoding.UTF8.GetBytes(body), 12, null, GatewayFixture.Token);
        await content.RefreshAsync("search-open", GatewayFixture.Token);
        Assert.Equal(8, await content.CountUnsecuredAsync("search-open", GatewayFixture.Token));

        await content.RestrictUnsecuredAsync("search-open", long.MaxValue, GatewayFixture.Token);

        Assert.Equal(0, await content.CountUnsecuredAsync("search-open", GatewayFixture.Token));
        var closed = JsonNode.Parse(fixture.Server.Get("search-open", "1 \"é")!)!;
        Assert.Equal(
            ("v1", """["_nobody"]""", null),
            (closed["text"]!.GetValue<string>(), closed[AccessControl.FieldName]!.ToJsonString(), closed["_digest"])
        );
        Assert.Equal(
            """["user:1"]""",
            JsonNode.Parse(fixture.Server.Get("search-open", "3 \"é")!)![AccessControl.FieldName]!.ToJsonString()
        );
    }

    [Fact]
    public async Task IdentitiesAreSyncedLikeDocuments()
    {
        _fixture.Request = _fixture.Request with { HasAccessControl = false };
        await _fixture.RunAsync(
            new IdentitySource(
                new AccessSource { Identities = [Identity("alice", "user:1"), Identity("bob", "user:2"), Identity("carol", "user:3")] }
            )
        );
        _fixture.Index.Written.Clear();

        var outcome = await _fixture.RunNextAsync(
            new IdentitySource(new AccessSource { Identities = [Identity("alice", "user:1"), Identity("carol", "user:3", "group:7")] })
        );

        Assert.Equal((SyncEnd.Completed, 1, 1, 1), (outcome.End, outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Deleted));
        Assert.Equal(["carol"], _fixture.Index.Written);
        Assert.Equal(["alice", "carol"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal(
            """["everyone","group:7","user:3"]""",
            _fixture.Index.Documents["carol"]["query"]!["template"]!["params"]!["access_control"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task IdentitiesThatCameInAnotherOrderAreTheSame()
    {
        _fixture.Request = _fixture.Request with { HasAccessControl = false };
        await _fixture.RunAsync(new IdentitySource(new AccessSource { Identities = [Identity("alice", "user:1", "group:7")] }));

        var outcome = await _fixture.RunNextAsync(
            new IdentitySource(new AccessSource { Identities = [Identity("alice", "group:7", "user:1", "everyone")] })
        );

        Assert.Equal((1, 0), (outcome.Counts.Skipped, outcome.Counts.Indexed));
    }

    [Fact]
    public async Task WhenTheSourceOfIdentitiesFailsNoneIsDeleted()
    {
        _fixture.Request = _fixture.Request with { HasAccessControl = false };
        var all = new AccessSource { Identities = [Identity("alice", "user:1"), Identity("bob", "user:2")] };
        await _fixture.RunAsync(new IdentitySource(all));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.RunNextAsync(new IdentitySource(new AccessSource { Identities = all.Identities, FailsAfter = 1 }))
        );

        Assert.Equal("The directory of users is gone.", failure.Message);
        Assert.Equal(["alice", "bob"], _fixture.Index.Documents.Keys.Order());
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

    private string AccessOf(string id) => _fixture.Index.Documents[id][AccessControl.FieldName]!.ToJsonString();
}
