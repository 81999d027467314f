using System.Text.Json;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A place in an answer: <c>users.nodes</c>. Lists on the way are gone through.</summary>
internal static class GraphQLPath
{
    /// <summary>The names that lead to a place.</summary>
    public static string[] Split(string path) => path.Split('.', StringSplitOptions.TrimEntries);

    /// <summary>The objects there; what is null is left out.</summary>
    public static IEnumerable<JsonElement> Objects(JsonElement from, IReadOnlyList<string> path, int index = 0) =>
        from.ValueKind switch
        {
            JsonValueKind.Array => from.EnumerateArray().SelectMany(item => Objects(item, path, index)),
            JsonValueKind.Object when index == path.Count => [from],
            JsonValueKind.Object when from.TryGetProperty(path[index], out var value) => Objects(value, path, index + 1),
            _ => [],
        };
}
