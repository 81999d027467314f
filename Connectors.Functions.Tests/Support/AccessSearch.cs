using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Tests.Emulator;

namespace Connectors.Tests.Support;

/// <summary>Searches as an application does for the user that it serves: with the query that the user's identity holds.</summary>
internal sealed class AccessSearch(EmulatorServer server, string index) : IDisposable
{
    private readonly EmulatorClient _client = new(server);

    /// <summary>The identity's document, or <see langword="null"/>.</summary>
    public async Task<JsonObject?> IdentityAsync(string id) =>
        (await _client.SendAsync($"GET /.search-acl-filter-{index}/_doc/{id}")).Json?["_source"] as JsonObject;

    /// <summary>The paths of the files that a user finds, relative to <paramref name="root"/>. Somebody without an identity searches with
    /// no value at all.</summary>
    public async Task<IReadOnlyList<string>> FilesOfAsync(string user, string root) =>
        [
            .. (await HitsOfAsync(user, template: "alice"))
                .Select(hit => Path.GetRelativePath(root, hit["_source"]!["path"]!.GetValue<string>()))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The ids of the documents that a user finds.</summary>
    public async Task<IReadOnlyList<string>> IdsOfAsync(string user) =>
        [.. (await HitsOfAsync(user, template: user)).Select(hit => hit["_id"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

    private async Task<IEnumerable<JsonNode>> HitsOfAsync(string user, string template)
    {
        var identity = await IdentityAsync(user);
        var query = (identity ?? await IdentityAsync(template))!["query"]!["template"]!;
        var values = identity is null ? [] : query["params"]!["access_control"]!.AsArray();

        // What Elasticsearch does with the template of a role.
        var filter = query["source"]!
            .GetValue<string>()
            .Replace("{{#toJson}}access_control{{/toJson}}", values.ToJsonString(), StringComparison.Ordinal);
        var answer = await _client.SendAsync(
            $"POST /{index}/_search",
            "{\"size\": 100, \"query\": {\"bool\": {\"must\": {\"match_all\": {}}, \"filter\": " + filter + "}}}"
        );
        return answer.Json!["hits"]!["hits"]!.AsArray().Select(hit => hit!);
    }

    public void Dispose() => _client.Dispose();
}
