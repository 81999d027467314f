using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;

namespace Connectors.Extraction.Formats;

/// <summary>Text of PowerPoint files: slide by slide in their order, each with its notes.</summary>
internal static class PowerPointText
{
    public static void Read(MemoryStream content, TextCollector text) =>
        OfficePackage.Read(
            content,
            text,
            PresentationDocument.Open,
            (stream, settings) => PresentationDocument.Open(stream, isEditable: true, settings),
            Read
        );

    private static void Read(PresentationDocument document, TextCollector text)
    {
        var presentation = document.PresentationPart ?? throw new UnreadableFileException("it is damaged: it has no presentation in it");
        foreach (var id in presentation.Presentation?.SlideIdList?.Elements<SlideId>() ?? [])
        {
            if (text.IsFull)
            {
                return;
            }

            if (id.RelationshipId?.Value is { } relation && presentation.TryGetPartById(relation, out var part) && part is SlidePart slide)
            {
                OfficeXml.AddParagraphs(slide, text);
                OfficeXml.AddParagraphs(slide.NotesSlidePart, text);
            }
        }
    }
}
