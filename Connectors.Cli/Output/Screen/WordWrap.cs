namespace Connectors.Cli.Output.Screen;

/// <summary>Breaks lines between words. Pure.</summary>
internal static class WordWrap
{
    /// <summary>The lines of a text. A word that is too long for one has a line of its own.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="width">Characters in a line.</param>
    public static IEnumerable<string> Lines(string text, int width) =>
        Join(text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries), " ", width);

    /// <summary>The lines of a text that is written on a terminal; what follows the first one is set in.</summary>
    public static IEnumerable<string> HangingLines(string text, int width, string indent = "  ") =>
        CellWidth.Of(text) <= width ? [text] : Lines(text, width - indent.Length).Select((line, i) => i == 0 ? line : indent + line);

    /// <summary>Puts parts into lines, and none into two.</summary>
    /// <param name="parts">What stays together.</param>
    /// <param name="separator">Stands between two parts; at the end of a line without its white space.</param>
    /// <param name="width">Characters in a line.</param>
    public static IEnumerable<string> Join(IEnumerable<string> parts, string separator, int width)
    {
        string? line = null;
        foreach (var part in parts)
        {
            var longer = line is null ? part : line + separator + part;
            if (line is not null && CellWidth.Of(longer) + separator.TrimEnd().Length > width)
            {
                yield return line + separator.TrimEnd();
                longer = part;
            }

            line = longer;
        }

        if (line is not null)
        {
            yield return line;
        }
    }
}
