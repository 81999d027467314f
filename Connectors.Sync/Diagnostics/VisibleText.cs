using System.Buffers;
using System.Globalization;
using System.Text;

namespace Connectors.Sync.Diagnostics;

/// <summary>
/// Text from elsewhere (ids, names, messages of servers) for a terminal or a log of lines: what would move the cursor, change the order of
/// the letters or begin a new line is shown as <c>\u001b</c> and not carried out. Inside a JSON text that is the same character still.
/// Pure.
/// </summary>
internal static class VisibleText
{
    /// <summary>Control characters, marks that change the direction of the text, and the line ends of Unicode.</summary>
    private static readonly SearchValues<char> Acting = SearchValues.Create([
        .. Enumerable
            .Range(0, 0x20)
            .Concat(Enumerable.Range(0x7F, 0x21))
            .Concat([0x061C, 0x200E, 0x200F, 0x2028, 0x2029])
            .Concat(Enumerable.Range(0x202A, 5))
            .Concat(Enumerable.Range(0x2066, 4))
            .Append(0xFEFF)
            .Select(code => (char)code),
    ]);

    /// <summary>The text on one line, with everything in it to be seen.</summary>
    public static string Of(string text) => Of(text, keepsLines: false);

    /// <summary>The same for a text of several lines, whose line ends and tabs are meant.</summary>
    public static string OfLines(string text) => Of(text, keepsLines: true);

    private static string Of(string text, bool keepsLines)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAny(Acting))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            var isMeant =
                !Acting.Contains(character)
                || (keepsLines && (character is '\n' or '\t' || (character == '\r' && i + 1 < text.Length && text[i + 1] == '\n')));
            _ = isMeant ? visible.Append(character) : visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return visible.ToString();
    }
}
