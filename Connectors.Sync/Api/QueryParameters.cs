using System.Text.Json.Nodes;

namespace Connectors.Sync.Api;

/// <summary>The parameters that the addresses of the API take after the question mark.</summary>
internal static class QueryParameters
{
    // By these the Functions host takes a key, and hands them on.
    private static readonly string[] OfTheHost = ["code", "clientId"];

    /// <summary>None.</summary>
    public static IReadOnlyList<string> None { get; } = [];

    /// <summary>Those of the list of syncs.</summary>
    public static IReadOnlyList<string> OfSyncs { get; } = ["connector", "status", "limit"];

    /// <summary>The response to a request with a parameter that its address does not know, which would be taken for one that is;
    /// <see langword="null"/> when there is none.</summary>
    /// <param name="sent">The names of the request's parameters.</param>
    /// <param name="known">The names that the address knows.</param>
    public static ApiResult? Problem(IEnumerable<string> sent, IReadOnlyList<string> known)
    {
        var name = sent.FirstOrDefault(name => !known.Concat(OfTheHost).Contains(name, StringComparer.OrdinalIgnoreCase));
        return name is null
            ? null
            : ApiResult.Problem(
                400,
                "Invalid request",
                $"{name}: unknown parameter. {NameList.Known(name, known)}",
                ("parameter", name),
                ("known", new JsonArray([.. known.Select(item => JsonValue.Create(item))]))
            );
    }
}
