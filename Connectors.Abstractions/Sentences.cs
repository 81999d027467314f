using System.Text.RegularExpressions;

namespace Connectors.Abstractions;

/// <summary>
/// Puts messages together. What others say (an exception, a server) may or may not end with a full stop: in the middle of a sentence it has
/// none, and a message ends with one.
/// </summary>
internal static partial class Sentences
{
    /// <summary>A text as a part of another sentence: on one line, without a full stop at its end.</summary>
    public static string Inner(string? text)
    {
        var line = LineBreaks().Replace(text ?? string.Empty, " ").Trim();
        return line.EndsWith("...", StringComparison.Ordinal) ? line : line.TrimEnd('.', ';', ' ');
    }

    /// <summary>A text as sentences of their own: without spaces around it, and with a full stop, or another end, where it has none. Full
    /// stops that came together because a part had one already are one.</summary>
    public static string Whole(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var whole = DoubledStops().Replace(text, "${stop}").Trim();
        whole = WideSpaces().Replace(whole, ". ");
        return whole.Length == 0 || whole[^1] is '.' or '?' or '!' or ':' or '\u2026' ? whole : whole + ".";
    }

    /// <summary>Sentences after each other.</summary>
    /// <param name="parts">Each one or more sentences; blank ones are left out.</param>
    public static string Join(params IEnumerable<string?> parts) =>
        string.Join(' ', parts.Where(part => !string.IsNullOrWhiteSpace(part)).Select(part => Whole(part!)));

    [GeneratedRegex(@"\s*[\r\n]+\s*", RegexOptions.None, 1000)]
    private static partial Regex LineBreaks();

    // "a. ." and "a.." at the end of a sentence, and "a?." too; neither "..." nor the ".." of a path.
    [GeneratedRegex(@"(?<=[\p{L}\p{N})\]'""])(?<stop>\.|[?!])\s?\.(?=\s|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DoubledStops();

    [GeneratedRegex(@"\. {2,}(?=\p{Lu})", RegexOptions.None, 1000)]
    private static partial Regex WideSpaces();
}
