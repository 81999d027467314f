using System.Buffers;
using System.Text;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>Elasticsearch's rules for the name of an index, and the names that are not for content. Pure.</summary>
internal static class ContentIndexName
{
    private const int MaxBytes = 255;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\/*?\"<>| ,#:");

    /// <summary>What is wrong with a name, in a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? Problem(string name)
    {
        var reason = string.Join(", and ", Reasons(name));
        return reason.Length == 0
            ? null
            : $"'{name}' can't be the name of an index: {reason}. Write small letters, digits, - and _, such as search-orders.";
    }

    /// <summary>What is wrong with the name of an index that a sync fills, of content or of the identities that search it;
    /// <see langword="null"/> when nothing is.</summary>
    public static string? ProblemOfTarget(string name) =>
        Problem(
            name.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal)
                ? name[ProtocolIndices.AccessControlPrefix.Length..]
                : name
        );

    private static IEnumerable<string> Reasons(string name)
    {
        if (name is "" or "." or "..")
        {
            yield return name.Length == 0 ? "it is empty" : "it means a folder";
            yield break;
        }

        if (name.Any(char.IsUpper))
        {
            yield return "it has capital letters";
        }

        if (name.Where(Forbidden.Contains).Distinct().ToList() is { Count: > 0 } forbidden)
        {
            yield return $"it has {string.Join(" and ", forbidden.Select(character => $"'{character}'"))} in it";
        }

        if (name[0] is '-' or '_' or '+')
        {
            yield return $"it begins with '{name[0]}'";
        }

        if (name.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal))
        {
            yield return $"identities are kept in those that begin with {ProtocolIndices.AccessControlPrefix}";
        }
        else if (name[0] == '.')
        {
            yield return "names that begin with a dot are Elasticsearch's own, or of hidden indices";
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            yield return $"it is longer than {MaxBytes} bytes";
        }
    }
}
