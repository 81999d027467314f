using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Connectors;

public sealed class ConnectorEditsTests
{
    private const string Index = ProtocolIndices.Connectors;
    private readonly InMemoryDocumentStore _store = new();
    private readonly ConnectorEdits _edits;

    public ConnectorEditsTests()
    {
        _edits = new ConnectorEdits(_store, new ConnectorIndex(_store, new FakeTimeProvider()));
        _store.Put(
            Index,
            "c1",
            Some.Json("""{"name":"orders","index_name":"search-orders","service_type":"mongodb","status":"created","configuration":{}}""")
        );
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatAUserWritesInKibanaAtTheSameTimeIsNotLost()
    {
        var first = true;
        _store.BeforeUpdate = (index, id) =>
        {
            if (first)
            {
                first = false;
                _store.Edit(index, id, """{"name":"shop","configuration":{"collection":{"value":"kibana"}}}""");
            }

            return Task.CompletedTask;
        };

        var changed = await _edits.EditAsync("c1", Values("host", "mongodb://db:27017"), Some.MongoFields, Token);

        Assert.Equal(["host"], changed);
        Assert.Equal(1, _store.Conflicts);
        var connector = _store[Index, "c1"];
        Assert.Equal(
            ("shop", "kibana", "mongodb://db:27017"),
            (
                (string?)connector["name"],
                (string?)connector["configuration"]!["collection"]!["value"],
                (string?)connector["configuration"]!["host"]!["value"]
            )
        );
    }

    [Fact]
    public async Task AConnectorThatNoServiceHasSeenGetsItsFieldsWithTheFirstValue()
    {
        await _edits.EditAsync("c1", Values("host", "mongodb://db:27017"), Some.MongoFields, Token);

        var connector = _store[Index, "c1"];
        Assert.Equal(
            Some.MongoFields.Select(field => field.Name).Order(StringComparer.Ordinal),
            connector["configuration"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal("needs_configuration", (string?)connector["status"]);

        await _edits.EditAsync(
            "c1",
            new ConnectorEdit
            {
                Values = new Dictionary<string, JsonNode?> { ["database"] = "d", ["collection"] = "c" },
            },
            Some.MongoFields,
            Token
        );
        Assert.Equal("configured", (string?)_store[Index, "c1"]["status"]);
    }

    [Fact]
    public async Task AConnectorThatWasDeletedIsNotChanged()
    {
        _store.Edit(Index, "c1", """{"deleted":true}""");

        Assert.Null(await _edits.EditAsync("c1", new ConnectorEdit { Name = "new" }, [], Token));
        Assert.Null(await _edits.EditAsync("none", new ConnectorEdit { Name = "new" }, [], Token));

        Assert.Empty(_store.Updates);
    }

    [Fact]
    public async Task WithoutAnApiTheDocumentIsRemovedOnce()
    {
        await _edits.DeleteAsync("c1", Token);
        await _edits.DeleteAsync("c1", Token);

        Assert.Empty(_store.Ids(Index));
    }

    [Theory]
    [InlineData("search-orders", null)]
    [InlineData("", "it is empty")]
    [InlineData("Search", "it has capital letters")]
    [InlineData("Search Bad", "it has capital letters, and it has ' ' in it")]
    [InlineData("search-*", "it has '*' in it")]
    [InlineData("_A#b c# d", "it has capital letters, and it has '#' and ' ' in it, and it begins with '_'")]
    [InlineData(".Kibana", "it has capital letters, and names that begin with a dot are Elasticsearch's own, or of hidden indices")]
    [InlineData("a,b", "it has ',' in it")]
    [InlineData("-a", "it begins with '-'")]
    [InlineData("..", "it means a folder")]
    [InlineData(".elastic-connectors", "names that begin with a dot are Elasticsearch's own, or of hidden indices")]
    [InlineData(".search-acl-filter-search-orders", "identities are kept in those that begin with .search-acl-filter-")]
    public void NamesOfIndicesFollowElasticsearchsRules(string name, string? reason) =>
        Assert.Equal(
            reason is null
                ? null
                : $"'{name}' can't be the name of an index: {reason}. Write small letters, digits, - and _, such as search-orders.",
            ContentIndexName.Problem(name)
        );

    [Fact]
    public void AFieldWhoseConditionIsNotMetDoesNotCount()
    {
        var ca = Some.MongoFields.Single(field => field.Name == "ssl_ca");

        Assert.False(ConfigurationValidator.Counts(Some.Json("""{"ssl_enabled":{"value":false}}"""), Some.MongoFields, ca));
        Assert.True(ConfigurationValidator.Counts(Some.Json("""{"ssl_enabled":{"value":"true"}}"""), Some.MongoFields, ca));
    }

    private static ConnectorEdit Values(string name, string value) =>
        new() { Values = new Dictionary<string, JsonNode?> { [name] = value } };
}
