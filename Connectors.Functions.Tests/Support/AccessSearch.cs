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
    public async Task<IReadOnlyList<string>> FilesOfAsync(string user, string root)
    {
        var template = (await IdentityAsync(user))?["query"]?["template"];
        template ??= (await IdentityAsync("alice"))!["query"]!["template"]!.DeepClone().AsObject();
        var values = await IdentityAsync(user) is null ? [] : template["params"]!["access_control"]!.AsArray();

        // What Elasticsearch does with the template of a role.
        var query = template["source"]!
            .GetValue<string>()
            .Replace("{{#toJson}}access_control{{/toJson}}", values.ToJsonString(), StringComparison.Ordinal);
        var answer = await _client.SendAsync(
            $"POST /{index}/_search",
            "{\"size\": 100, \"query\": {\"bool\": {\"must\": {\"match_all\": {}}, \"filter\": " + query + "}}}"
        );
        return
        [
            .. answer.Json!["hits"]!["hits"]!
                .AsArray()
                .Select(hit => Path.GetRelativePath(root, hit!["_source"]!["path"]!.GetValue<string>()))
                .Order(StringComparer.Ordinal),
        ];
    }

    public void Dispose() => _client.Dispose();
}
