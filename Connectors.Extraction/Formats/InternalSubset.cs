using System.Text;
using System.Text.RegularExpressions;

namespace Connectors.Extraction.Formats;

/// <summary>
/// The part of an XHTML page's document type that declares entities, in brackets:
/// <c>&lt;!DOCTYPE html [&lt;!ENTITY e SYSTEM "file:///..."&gt;]&gt;</c>. HTML knows no such thing and would take its end for text. Nothing
/// that it names is ever opened; it is taken out, and so are the entities that it declares.
/// </summary>
internal static partial class InternalSubset
{
    private const int MaxPrologue = 4096;
    private const int MaxSubset = 1024 * 1024;

    /// <summary>Blanks the subset of a page in its bytes.</summary>
    /// <returns>The names of the entities that it declares.</returns>
    public static IReadOnlyCollection<string> Remove(Span<byte> page)
    {
        var begin = Begin(page);
        if (begin < 0)
        {
            return [];
        }

        var (end, quote) = (begin, (byte)0);
        for (; end < page.Length && end - begin < MaxSubset; end++)
        {
            var character = page[end];
            if (quote != 0)
            {
                quote = character == quote ? (byte)0 : quote;
            }
            else if (character is (byte)'"' or (byte)'\'')
            {
                quote = character;
            }
            else if (character == ']' && IsClosed(page[(end + 1)..]))
            {
                var names = Entity()
                    .Matches(Encoding.Latin1.GetString(page[begin..end]))
                    .Select(match => match.Groups["name"].Value)
                    .ToHashSet(StringComparer.Ordinal);
                page[begin..(end + 1)].Fill((byte)' ');
                return names;
            }
        }

        return [];
    }

    /// <summary>Takes references to declared entities out of a text.</summary>
    public static string WithoutReferences(string text, IReadOnlyCollection<string> entities) =>
        entities.Count == 0 || !text.Contains('&', StringComparison.Ordinal)
            ? text
            : Reference().Replace(text, match => entities.Contains(match.Groups["name"].Value) ? string.Empty : match.Value);

    /// <summary>Where the bracket of the document type opens; -1 when there is none.</summary>
    private static int Begin(ReadOnlySpan<byte> page)
    {
        var prologue = Encoding.Latin1.GetString(page[..Math.Min(page.Length, MaxPrologue)]);
        var type = DocumentType().Match(prologue);
        return type.Success ? type.Length - 1 : -1;
    }

    private static bool IsClosed(ReadOnlySpan<byte> rest)
    {
        var next = rest.IndexOfAnyExcept(" \t\r\n"u8);
        return next >= 0 && rest[next] == '>';
    }

    [GeneratedRegex(
        @"^(\u00EF\u00BB\u00BF)?\s*(<\?xml[^>]*\?>)?(\s|<!--.*?-->)*<!DOCTYPE([^\[>""']|""[^""]*""|'[^']*')*\[",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex DocumentType();

    [GeneratedRegex(@"<!ENTITY\s+(?<name>[\w:.-]+)\s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entity();

    [GeneratedRegex(@"&(?<name>[\w:.-]+);", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
