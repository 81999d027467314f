using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// What a GraphQL query asks for, without its wording: the fields that lead to the first place where several are asked for
/// (<c>repository/issues</c>), and the
/// variables that are set. A query asks in our own words, the recording in others'.
/// </summary>
internal static partial class GraphQLKey
{
    /// <summary>The body with its query replaced by the key; any other body as it is.</summary>
    public static JsonNode? Of(JsonNode? body)
    {
        if (
            body is not JsonObject fields
            || fields["query"] is not JsonValue query
            || !query.TryGetValue<string>(out var text)
            || !text.Contains('{', StringComparison.Ordinal)
        )
        {
            return body;
        }

        var variables = (fields["variables"] as JsonObject)?.Where(variable => variable.Value is not null) ?? [];
        return new JsonObject
        {
            ["asks"] = string.Join('/', Path(text)),
            ["variables"] = new JsonObject(variables.Select(variable => KeyValuePair.Create(variable.Key, variable.Value?.DeepClone()))),
        };
    }

    private static List<string> Path(string query)
    {
        var plain = Arguments().Replace(Fragments().Replace(query, string.Empty), string.Empty);
        var tokens = Tokens().Matches(plain[plain.IndexOf('{', StringComparison.Ordinal)..]).Select(match => match.Value).ToList();
        var path = new List<string>();
        for (var at = 0; at < tokens.Count && tokens[at] == "{" && at + 1 < tokens.Count; at += 2)
        {
            path.Add(tokens[at + 1]);
        }

        return path;
    }

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.None, 1000)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"fragment\s+\w+\s+on", RegexOptions.None, 1000)]
    private static partial Regex Fragments();

    [GeneratedRegex(@"[{}]|\w+", RegexOptions.None, 1000)]
    private static partial Regex Tokens();
}
