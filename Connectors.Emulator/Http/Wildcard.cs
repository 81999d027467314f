namespace Connectors.Emulator.Http;

/// <summary>Names with <c>*</c>.</summary>
internal static class Wildcard
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return pattern.SequenceEqual(name);
        }

        if (!name.StartsWith(pattern[..star], StringComparison.Ordinal))
        {
            return false;
        }

        var rest = pattern[(star + 1)..];
        for (var at = star; at <= name.Length; at++)
        {
            if (Matches(rest, name[at..]))
            {
                return true;
            }
        }

        return false;
    }
}
