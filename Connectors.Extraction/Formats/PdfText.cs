using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Connectors.Extraction.Formats;

/// <summary>Text of PDF files, page by page in reading order. Pictures of text have none.</summary>
internal static class PdfText
{
    public static void Read(MemoryStream content, TextCollector text)
    {
        try
        {
            using var document = PdfDocument.Open(content, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
            ReadPages(document, text);
        }
        catch (PdfDocumentEncryptedException)
        {
            throw new UnreadableFileException("it is locked with a password");
        }
    }

    private static void ReadPages(PdfDocument document, TextCollector text)
    {
        var read = 0;
        Exception? first = null;
        for (var number = 1; number <= document.NumberOfPages && !text.IsFull; number++)
        {
            try
            {
                text.Append(ContentOrderTextExtractor.GetText(document.GetPage(number)));
                text.NewLine();
                read++;
            }
            catch (Exception damaged) when (damaged is not OutOfMemoryException)
            {
                // One page of a thousand may be damaged. When none can be read, the file is.
                first ??= damaged;
            }
        }

        if (read == 0 && first is not null)
        {
            throw first;
        }
    }
}
