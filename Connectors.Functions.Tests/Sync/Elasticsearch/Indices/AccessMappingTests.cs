using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Tests.Emulator;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch.Indices;

public sealed class AccessMappingTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task AnIndexOfAnyKindGetsTheAccessControlField()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        using var client = new EmulatorClient(fixture.Server);
        await client.SendAsync("PUT /search-fixed", """{"mappings": {"dynamic": false, "properties": {"title": {"type": "text"}}}}""");

        await fixture.Gateway.Content.PrepareAccessAsync("search-fixed", Token);
        await fixture.Gateway.Content.PrepareAccessAsync("search-fixed", Token);

        // A field that is not mapped would not exist for the query, which then shows the document to all.
        await client.SendAsync("PUT /search-fixed/_doc/a?refresh=true", """{"_allow_access_control": ["user:1"]}""");
        Assert.Equal(1, await CountAsync(client, """{"exists": {"field": "_allow_access_control"}}"""));
        Assert.Equal(1, await CountAsync(client, """{"terms": {"_allow_access_control.enum": ["user:1", "user:2"]}}"""));
        Assert.Equal(1, await CountAsync(client, """{"terms": {"_allow_access_control.keyword": ["user:1"]}}"""));
        Assert.Equal(0, await CountAsync(client, """{"terms": {"_allow_access_control.keyword": ["user:2"]}}"""));
    }

    [Fact]
    public async Task AnIndexOfIdentitiesIsHiddenAndMapsWhatElasticsearchsOwnTemplateDoes()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        using var client = new EmulatorClient(fixture.Server);

        await fixture.Gateway.Content.PrepareAsync(".search-acl-filter-search-a", Token);

        var made = (await client.SendAsync("GET /.search-acl-filter-search-a?flat_settings=true")).Json![".search-acl-filter-search-a"]!;
        Assert.Equal("true", made["settings"]!["index.hidden"]!.ToString());
        Assert.Equal("false", made["mappings"]!["dynamic"]!.ToString());
        Assert.Equal(
            ["_digest", "_timestamp", "created_at", "id"],
            made["mappings"]!["properties"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal("date", made["mappings"]!["properties"]!["created_at"]!["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}""")]
    [InlineData("""{"type": "text", "fields": {"enum": {"type": "keyword", "ignore_above": 2048}, "stem": {"type": "text"}}}""")]
    [InlineData("""{"type": "keyword", "ignore_above": 1024, "fields": {"enum": {"type": "keyword"}}}""")]
    public void TheFieldOfAnotherServiceIsKept(string field) => Assert.False(AccessMapping.Check("search-a", Mappings(field)));

    [Theory]
    [InlineData("""{"type": "keyword"}""")]
    [InlineData("""{"type": "text"}""")]
    [InlineData("""{"type": "text", "index": false, "fields": {"keyword": {"type": "keyword"}}}""")]
    [InlineData("""{"type": "keyword", "index": false, "fields": {"enum": {"type": "keyword"}}}""")]
    [InlineData("""{"type": "keyword", "ignore_above": 20, "fields": {"enum": {"type": "keyword"}}}""")]
    [InlineData("""{"type": "text", "fields": {"keyword": {"type": "keyword", "index": false}}}""")]
    [InlineData("""{"type": "object", "enabled": false}""")]
    [InlineData("""{"type": "long"}""")]
    [InlineData("""{"properties": {"user": {"type": "keyword"}}}""")]
    public void AFieldMappedToShowDocumentsToEveryoneOrNoOneIsRefused(string field)
    {
        var failure = Assert.Throws<ConnectorException>(() => AccessMapping.Check("search-a", Mappings(field)));

        Assert.Equal(
            "The field '_allow_access_control' of index 'search-a' is mapped in a way that can't hold access lists. It must be of type "
                + "keyword or text, indexed, with a sub-field "
                + "'enum' or 'keyword' of type keyword. Attach a new index to the connector, or delete this one and sync again.",
            failure.Message
        );
    }

    private static JsonObject Mappings(string field) =>
        new() { ["properties"] = new JsonObject { ["_allow_access_control"] = JsonNode.Parse(field) } };

    private static async Task<int> CountAsync(EmulatorClient client, string query) =>
        (await client.SendAsync("POST /search-fixed/_search", $$"""{"query": {{query}}}""")).Json!["hits"]!["total"]![
            "value"
        ]!.GetValue<int>();
}
