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
        var reason = name switch
        {
            "" => "it is empty",
            "." or ".." => "it means a folder",
            _ when name.Any(char.IsUpper) => "it has capital letters",
            _ when name.AsSpan().IndexOfAny(Forbidden) is >= 0 and var at => $"it has '{name[at]}' in it",
            _ when name[0] is '-' or '_' or '+' => $"it begins with '{name[0]}'",
            _ when name.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal) =>
                $"identities are kept in those that begin with {ProtocolIndices.AccessControlPrefix}",
            _ when name[0] == '.' => "names that begin with a dot are Elasticsearch's own, or of hidden indices",
            _ when Encoding.UTF8.GetByteCount(name) > MaxBytes => $"it is longer than {MaxBytes} bytes",
            _ => null,
        };
        return reason is null
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
}
