using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Connectors.Sources.Rest.Documents;

/// <summary>The text of HTML, without its tags: each piece of text on a line of its own, as the Python service has it.</summary>
internal static class HtmlText
{
    private static readonly HtmlParser Parser = new();

    /// <summary>The text; empty when there is none.</summary>
    public static string Of(string html)
    {
        if (html.Length == 0)
        {
            return string.Empty;
        }

        using var document = Parser.ParseDocument(html);
        return string.Join('\n', document.Descendants<IText>().Where(IsShown).Select(text => text.Data));
    }

    private static bool IsShown(IText text) => text.ParentElement?.LocalName is not ("script" or "style" or "template");
}
