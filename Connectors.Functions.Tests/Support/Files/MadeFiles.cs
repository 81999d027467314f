using System.IO.Compression;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;
using P = DocumentFormat.OpenXml.Presentation;
using S = DocumentFormat.OpenXml.Spreadsheet;
using W = DocumentFormat.OpenXml.Wordprocessing;

namespace Connectors.Tests.Support.Files;

/// <summary>Files of the kinds that people keep, made by the tests, and hostile ones.</summary>
internal static class MadeFiles
{
    /// <summary>A PDF with a line on each page.</summary>
    public static byte[] Pdf(params string[] pages)
    {
        var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var line in pages)
        {
            builder.AddPage(PageSize.A4).AddText(line, 12, new PdfPoint(25, 700), font);
        }

        return builder.Build();
    }

    /// <summary>A Word file with a paragraph for each text, the last one in a footnote.</summary>
    public static byte[] Word(params string[] paragraphs)
    {
        var content = new MemoryStream();
        using (var document = WordprocessingDocument.Create(content, WordprocessingDocumentType.Document))
        {
            var main = document.AddMainDocumentPart();
            main.Document = new W.Document(new W.Body(paragraphs[..^1].Select(Paragraph)));
            main.AddNewPart<FootnotesPart>().Footnotes = new W.Footnotes(new W.Footnote(Paragraph(paragraphs[^1])) { Id = 1 });
        }

        return content.ToArray();

        static W.Paragraph Paragraph(string text) =>
            new(
                new W.ParagraphProperties(new W.Tabs(new W.TabStop { Val = W.TabStopValues.Left, Position = 700 })),
                new W.Run(new W.Text(text) { Space = SpaceProcessingModeValues.Preserve })
            );
    }

    /// <summary>An Excel file of one sheet: texts shared, inline or numbers, by turns.</summary>
    public static byte[] Excel(string sheetName, params object[][] rows)
    {
        var content = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(content, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            var table = new S.SharedStringTable();
            workbook.AddNewPart<SharedStringTablePart>().SharedStringTable = table;
            var sheet = workbook.AddNewPart<WorksheetPart>();
            sheet.Worksheet = new S.Worksheet(
                new S.SheetData(rows.Select(row => new S.Row(row.Select((value, column) => Cell(value, column, table)))))
            );
            workbook.Workbook = new S.Workbook(
                new S.Sheets(
                    new S.Sheet
                    {
                        Name = sheetName,
                        SheetId = 1,
                        Id = workbook.GetIdOfPart(sheet),
                    }
                )
            );
        }

        return content.ToArray();
    }

    /// <summary>A PowerPoint file with a slide for each text.</summary>
    public static byte[] PowerPoint(params string[] slides)
    {
        var content = new MemoryStream();
        using (var document = PresentationDocument.Create(content, PresentationDocumentType.Presentation))
        {
            var presentation = document.AddPresentationPart();
            var ids = new P.SlideIdList();
            foreach (var (text, number) in slides.Select((text, number) => (text, number)))
            {
                var slide = presentation.AddNewPart<SlidePart>();
                slide.Slide = new P.Slide(
                    new P.CommonSlideData(
                        new P.ShapeTree(
                            new P.Shape(
                                new P.TextBody(
                                    new DocumentFormat.OpenXml.Drawing.BodyProperties(),
                                    new DocumentFormat.OpenXml.Drawing.Paragraph(
                                        new DocumentFormat.OpenXml.Drawing.Run(new DocumentFormat.OpenXml.Drawing.Text(text))
                                    )
                                )
                            )
                        )
                    )
                );
                ids.Append(new P.SlideId { Id = (uint)(256 + number), RelationshipId = presentation.GetIdOfPart(slide) });
            }

            presentation.Presentation = new P.Presentation(ids);
        }

        return content.ToArray();
    }

    /// <summary>A Word file whose document is that XML.</summary>
    public static byte[] WordWith(Action<Stream> writeXml, CompressionLevel level = CompressionLevel.Fastest)
    {
        var plain = Word("x", "y");
        var content = new MemoryStream();
        content.Write(plain);
        using (var zip = new ZipArchive(content, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.GetEntry("word/document.xml")!.Delete();
            using var part = zip.CreateEntry("word/document.xml", level).Open();
            writeXml(part);
        }

        return content.ToArray();
    }

    /// <summary>A Word file of a few hundred kilobytes that unpacks to that many megabytes of one letter.</summary>
    public static byte[] ZipBomb(int mebibytes) =>
        WordWith(
            xml =>
            {
                var letters = new byte[1024 * 1024];
                letters.AsSpan().Fill((byte)'a');
                xml.Write("<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>"u8);
                for (var i = 0; i < mebibytes; i++)
                {
                    xml.Write(letters);
                }

                xml.Write("</w:t></w:r></w:p></w:body></w:document>"u8);
            },
            CompressionLevel.Optimal
        );

    /// <summary>A file of Office with one more entry in its archive.</summary>
    public static byte[] With(byte[] office, string name, byte[] content)
    {
        using var file = new MemoryStream();
        file.Write(office);
        using (var archive = new System.IO.Compression.ZipArchive(file, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        using (var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open())
        {
            entry.Write(content);
        }

        return file.ToArray();
    }

    /// <summary>A file of Office, one of whose parts has a link to an address that is none: programs of Office write down what people
    /// type.</summary>
    public static byte[] WithMalformedLink(byte[] office, string part, string address)
    {
        var name = part.Insert(part.LastIndexOf('/'), "/_rels") + ".rels";
        using var file = new MemoryStream();
        file.Write(office);
        using (var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = archive.GetEntry(name)!;
            string relations;
            using (var reader = new StreamReader(entry.Open()))
            {
                relations = reader.ReadToEnd();
            }

            entry.Delete();
            using var writer = new StreamWriter(archive.CreateEntry(name).Open());
            writer.Write(
                relations.Replace(
                    "</Relationships>",
                    "<Relationship Id=\"link\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink\" "
                        + $"Target=\"{address}\" TargetMode=\"External\"/></Relationships>",
                    StringComparison.Ordinal
                )
            );
        }

        return file.ToArray();
    }

    private static S.Cell Cell(object value, int column, S.SharedStringTable table)
    {
        if (value is not string text)
        {
            return new S.Cell(new S.CellValue(Convert.ToDecimal(value, System.Globalization.CultureInfo.InvariantCulture)));
        }

        if (column % 2 == 1)
        {
            return new S.Cell(new S.InlineString(new S.Text(text))) { DataType = S.CellValues.InlineString };
        }

        table.Append(new S.SharedStringItem(new S.Text(text)));
        return new S.Cell(new S.CellValue(table.ChildElements.Count - 1)) { DataType = S.CellValues.SharedString };
    }
}
