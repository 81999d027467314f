using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Connectors.Charsets;

namespace Connectors.Extraction.Formats;

/// <summary>The text of a web page as a reader sees it, and its title: no scripts, no styles; a line for each block.</summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Hidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "object",
        "iframe",
    };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "title",
        "tr",
        "ul",
    };

    public static void Read(MemoryStream content, TextCollector text)
    {
        var entities = content.TryGetBuffer(out var bytes) ? InternalSubset.Remove(bytes) : [];
        var (encoding, mark) = TextEncoding.Of(bytes, declared: null, isHtml: true);
        using var document = new HtmlParser(new HtmlParserOptions { IsScripting = false }).ParseDocument(
            (encoding ?? Encoding.UTF8).GetString(bytes.AsSpan(mark))
        );

        // By hand instead of recursively: pages nest as deep as they like.
        INode? node = document.DocumentElement;
        while (node is not null && !text.IsFull)
        {
            var isHidden = node is IElement element && Hidden.Contains(element.LocalName);
            if (node is IText words)
            {
                Add(InternalSubset.WithoutReferences(words.Data, entities), text);
            }
            else if (!isHidden)
            {
                Break(node, text);
            }

            if (!isHidden && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null && node.NextSibling is null)
            {
                node = node.Parent;
                Break(node, text);
            }

            node = node?.NextSibling;
        }
    }

    private static void Break(INode? node, TextCollector text)
    {
        if (node is not IElement element)
        {
            return;
        }

        if (Blocks.Contains(element.LocalName))
        {
            text.NewLine();
        }
        else if (element.LocalName is "td" or "th")
        {
            text.Separate('\t');
        }
    }

    /// <summary>White space is one space, as a browser shows it.</summary>
    private static void Add(string words, TextCollector text)
    {
        var rest = words.AsSpan();
        while (!rest.IsEmpty && !text.IsFull)
        {
            var word = rest.IndexOfAnyExcept(" \t\r\n\f");
            if (word != 0)
            {
                text.Separate(' ');
                if (word < 0)
                {
                    return;
                }

                rest = rest[word..];
            }

            var end = rest.IndexOfAny(" \t\r\n\f");
            text.Append(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[end..];
        }
    }
}
