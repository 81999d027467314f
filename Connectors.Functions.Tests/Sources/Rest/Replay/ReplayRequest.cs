using System.Text.Json.Nodes;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// A request as it is looked up in a recording: by method, host, path, query and body, whatever the order of parameters and names.
/// </summary>
/// <param name="Method">GET, POST or HEAD.</param>
/// <param name="Url">With the host that the recording knows.</param>
/// <param name="Body">As JSON; a form as an object; <see langword="null"/> for none.</param>
internal sealed record ReplayRequest(string Method, Uri Url, JsonNode? Body)
{
    /// <summary>The parameters of the query, decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query =>
        [
            .. Url
                .Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part.Split('=', 2))
                .Select(part => KeyValuePair.Create(Decode(part[0]), part.Length == 2 ? Decode(part[1]) : string.Empty)),
        ];

    /// <summary>Equal for requests that mean the same.</summary>
    public string Key
    {
        get
        {
            var query = Query
                .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
                .ThenBy(parameter => parameter.Value, StringComparer.Ordinal)
                .Select(parameter => $"{parameter.Key}={parameter.Value}");
            return $"{Method} {Url.Host}{Uri.UnescapeDataString(Url.AbsolutePath)}?{string.Join('&', query)} "
                + $"{Sorted(GraphQLKey.Of(Body))?.ToJsonString()}";
        }
    }

    /// <summary>The same with one query parameter changed, or taken away.</summary>
    public ReplayRequest WithQuery(string name, Func<string, string?> change)
    {
        var parts = Query
            .Select(parameter =>
                parameter.Key == name
                    ? KeyValuePair.Create(name, change(parameter.Value))
                    : KeyValuePair.Create(parameter.Key, (string?)parameter.Value)
            )
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value!)}");
        return this with { Url = new UriBuilder(Url) { Query = string.Join('&', parts) }.Uri };
    }

    /// <summary>The same with headers as parameters of the query.</summary>
    public ReplayRequest WithHeaders(IEnumerable<KeyValuePair<string, string?>> headers) =>
        this with
        {
            Url = new Uri(
                headers
                    .Where(header => header.Value is not null)
                    .Aggregate(Url.AbsoluteUri, (url, header) =>
                        $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{header.Key}={Uri.EscapeDataString(header.Value!)}"
                    )
            ),
        };

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject { Count: 0 } => null,
            JsonObject fields => new JsonObject(
                fields
                    .OrderBy(field => field.Key, StringComparer.Ordinal)
                    .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)?.DeepClone()))
            ),
            JsonArray items => new JsonArray([.. items.Select(item => Sorted(item)?.DeepClone())]),
            _ => node?.DeepClone(),
        };
}
