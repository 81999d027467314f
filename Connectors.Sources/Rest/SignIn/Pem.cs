namespace Connectors.Sources.Rest.SignIn;

/// <summary>Keys and certificates as they come out of a form's field.</summary>
internal static class Pem
{
    /// <summary>
    /// The text with its lines: what was pasted into a field of one line has blanks, or the two letters \n, in their place.
    /// </summary>
    public static string Lines(string pem)
    {
        var text = pem.Trim().Replace("\\n", "\n", StringComparison.Ordinal);
        if (text.Contains('\n', StringComparison.Ordinal) || !text.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        {
            return text;
        }

        var parts = text.Split("-----", StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 3 ? $"-----{parts[0]}-----\n{parts[1].Trim().Replace(' ', '\n')}\n-----{parts[2]}-----" : text;
    }
}
