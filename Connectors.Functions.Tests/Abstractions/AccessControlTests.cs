using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

public sealed class AccessControlTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnIdentityHasTheShapeThatElasticsOwnServiceWrites()
    {
        var identity = new AccessIdentity(
            "alice",
            [AccessControl.User("alice"), AccessControl.Group("staff"), AccessControl.Value("email", "alice@example.org")]
        )
        {
            Identity = new Dictionary<string, string?>
            {
                ["username"] = "alice",
                ["email"] = "email:alice@example.org",
                ["display_name"] = null,
            },
            CreatedAt = new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1)),
        };

        var document = Assert.Single(await IdentitiesAsync(identity));

        // As its Jira source writes them: the identity, when it was made, and a query that takes the values from the document itself.
        Assert.Equal(["created_at", "identity", "query"], document.Select(field => field.Key).Order());
        Assert.Equal(
            """{"display_name":null,"email":"email:alice@example.org","username":"alice"}""",
            document["identity"]!.ToJsonString()
        );
        Assert.Equal("2026-01-31T12:00:00Z", document["created_at"]!.GetValue<string>());
        Assert.Equal(["template"], document["query"]!.AsObject().Select(field => field.Key));
        Assert.Equal(["params", "source"], document["query"]!["template"]!.AsObject().Select(field => field.Key));
        Assert.Equal(
            """{"access_control":["email:alice@example.org","everyone","group:staff","user:alice"]}""",
            document["query"]!["template"]!["params"]!.ToJsonString()
        );
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    {"bool": {"should": [
                        {"bool": {"must_not": {"exists": {"field": "_allow_access_control"}}}},
                        {"terms": {"_allow_access_control.enum": ["a", "b"]}},
                        {"terms": {"_allow_access_control.keyword": ["a", "b"]}}
                    ]}}
                    """
                ),
                JsonNode.Parse(
                    document["query"]!["template"]!["source"]!
                        .GetValue<string>()
                        .Replace("{{#toJson}}access_control{{/toJson}}", """["a", "b"]""", StringComparison.Ordinal)
                )
            )
        );
    }

    [Fact]
    public async Task AnIdentityNeverHasTheValueThatNobodyHas()
    {
        var document = Assert.Single(await IdentitiesAsync(new AccessIdentity("mallory", ["_nobody", "", "  ", "user:1", "user:1"])));

        Assert.Equal("""["everyone","user:1"]""", document["query"]!["template"]!["params"]!["access_control"]!.ToJsonString());
    }

    public static TheoryData<AccessIdentity?, string> NoIdentities =>
        new()
        {
            { new AccessIdentity("", []), "without an id." },
            { null, "that is null." },
            { new AccessIdentity("alice", null!), "without values, 'alice'." },
            { new AccessIdentity("alice", []) { Identity = null! }, "without values, 'alice'." },
        };

    [Theory]
    [MemberData(nameof(NoIdentities))]
    public async Task AnIdentityThatIsNoneIsAFault(AccessIdentity? identity, string told)
    {
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => IdentitiesAsync(identity!));

        Assert.EndsWith(
            $"AccessSource (assembly Connectors.Functions.Tests) gave an identity {told} This is a bug in the source.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ThePlainSourceWritesWhoMaySeeADocumentInAFixedOrder()
    {
        await using var source = new AccessSource
        {
            Documents =
            [
                new SimpleDocument("a", new { text = "x" }) { AccessControl = ["user:2", "user:1", "user:2"] },
                new SimpleDocument("b", new JsonObject { ["_allow_access_control"] = new JsonArray("everyone"), ["text"] = "x" })
                {
                    AccessControl = [],
                },
                new SimpleDocument("c", new { text = "x" }),
            ],
        };

        using var page = await source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal(
            [
                """{"_allow_access_control":["user:1","user:2"],"text":"x"}""",
                """{"_allow_access_control":["_nobody"],"text":"x"}""",
                """{"text":"x"}""",
            ],
            Enumerable.Range(0, page.Count).Select(index => System.Text.Encoding.UTF8.GetString(page[index].Body.Span))
        );
    }

    [Theory]
    [InlineData(true, true, "true", true)]
    [InlineData(true, true, "false", false)]
    [InlineData(true, true, null, false)]
    [InlineData(true, false, null, true)]
    [InlineData(false, true, "true", false)]
    public void ItIsOnWhenTheSourceCanAndTheUserHasNotLeftItSwitchedOff(bool can, bool hasSwitch, string? value, bool isOn)
    {
        var description = new SourceDescription
        {
            Name = "n",
            ServiceType = "s",
            Fields = hasSwitch ? [AccessControl.Switch] : [],
            HasAccessControl = can,
        };
        var configuration = new JsonObject { ["use_document_level_security"] = new JsonObject { ["value"] = value } };

        Assert.Equal(isOn, AccessControl.IsOn(description, SourceSettings.FromConfiguration(configuration, description.Fields)));
    }

    [Fact]
    public void ASourceThatSaysSoAndCanNotIsAFault()
    {
        var sources = new Dictionary<string, string>
        {
            ["liar"] = $"{typeof(WronglyDescribedSource).FullName}, {typeof(WronglyDescribedSource).Assembly.GetName().Name}",
        };
        var catalog = new SourceCatalog(sources, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);

        var failure = Assert.Throws<ConnectorException>(() => catalog.Describe("liar"));

        Assert.Equal(
            $"sources.liar: {typeof(WronglyDescribedSource)} says that it has access control, and does not implement "
                + "IAccessControlSource. This is a bug in the source.",
            failure.Message
        );
    }

    private static async Task<List<JsonObject>> IdentitiesAsync(params AccessIdentity[] identities)
    {
        await using var source = new IdentitySource(new AccessSource { Identities = [.. identities] });
        using var page = await source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token);
        Assert.True(page.IsLast);
        return [.. Enumerable.Range(0, page.Count).Select(index => JsonNode.Parse(page[index].Body.Span)!.AsObject())];
    }
}

/// <summary>Says that it knows users, and does not.</summary>
public sealed class WronglyDescribedSource(SourceContext context) : EnumerableDataSource(context)
{
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Liar",
            ServiceType = "liar",
            Fields = [],
            HasAccessControl = true,
        };

    public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override IAsyncEnumerable<SimpleDocument> ReadAsync(SourcePartition partition, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<SimpleDocument>();
}
