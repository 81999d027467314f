using DocumentFormat.OpenXml.Packaging;

namespace Connectors.Extraction.Formats;

/// <summary>Text of Word files: the document, its notes and comments, its headers and footers.</summary>
internal static class WordText
{
    public static void Read(MemoryStream content, TextCollector text) =>
        OfficePackage.Read(
            content,
            text,
            WordprocessingDocument.Open,
            (stream, settings) => WordprocessingDocument.Open(stream, isEditable: true, settings),
            Read
        );

    private static void Read(WordprocessingDocument document, TextCollector text)
    {
        var main = document.MainDocumentPart ?? throw new UnreadableFileException("it is damaged: it has no document in it");
        OfficeXml.AddParagraphs(main, text);
        OfficeXml.AddParagraphs(main.FootnotesPart, text);
        OfficeXml.AddParagraphs(main.EndnotesPart, text);
        OfficeXml.AddParagraphs(main.WordprocessingCommentsPart, text);
        foreach (var part in main.HeaderParts.Cast<OpenXmlPart>().Concat(main.FooterParts))
        {
            OfficeXml.AddParagraphs(part, text);
        }
    }
}
