namespace Connectors.Sync.Diagnostics;

/// <summary>Ids and names in a command that somebody is told to run: quoted where a shell would take them apart.</summary>
internal static class ShellWord
{
    /// <summary>The text as one word. In double quotes where these are enough, as they are the same to every shell.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text[0] != '~' && text.All(IsPlain) ? text
            : text.AsSpan().ContainsAny("\"$`\\!") ? $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'"
            : $"\"{text}\"";
    }

    private static bool IsPlain(char character) =>
        char.IsLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '/' or '@' or '%' or '+' or ',' or '=' or '~';
}
