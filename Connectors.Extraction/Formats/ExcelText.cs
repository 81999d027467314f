using System.Globalization;
using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Connectors.Extraction.Formats;

/// <summary>Text of Excel files: each sheet's name, then a line for each row with tabs between the cells. Numbers and dates are as they are
/// stored.</summary>
internal static class ExcelText
{
    public static void Read(MemoryStream content, TextCollector text) =>
        OfficePackage.Read(
            content,
            text,
            SpreadsheetDocument.Open,
            (stream, settings) => SpreadsheetDocument.Open(stream, isEditable: true, settings),
            Read
        );

    private static void Read(SpreadsheetDocument document, TextCollector text)
    {
        var workbook = document.WorkbookPart ?? throw new UnreadableFileException("it is damaged: it has no workbook in it");
        var shared = workbook.SharedStringTablePart is { } table ? ReadShared(table) : [];
        foreach (var sheet in workbook.Workbook?.Sheets?.Elements<Sheet>() ?? [])
        {
            if (text.IsFull)
            {
                return;
            }

            text.NewLine();
            text.Append(sheet.Name?.Value);
            text.NewLine();
            if (sheet.Id?.Value is { } relation && workbook.TryGetPartById(relation, out var part) && part is WorksheetPart worksheet)
            {
                AddRows(worksheet, shared, text);
            }
        }
    }

    private static List<string> ReadShared(SharedStringTablePart table)
    {
        var strings = new List<string>();
        using var xml = OfficeXml.Open(table);
        var current = new System.Text.StringBuilder();
        var isOnNode = xml.Read();
        while (isOnNode)
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "rPh" })
            {
                // How a word is spoken, in Japanese sheets: not what stands in the cell.
                xml.Skip();
                continue;
            }

            if (xml is { NodeType: XmlNodeType.Element, LocalName: "t" })
            {
                current.Append(xml.ReadElementContentAsString());
                continue;
            }

            if (xml is { LocalName: "si" } && (xml.NodeType == XmlNodeType.EndElement || xml.IsEmptyElement))
            {
                strings.Add(current.ToString());
                current.Clear();
            }

            isOnNode = xml.Read();
        }

        return strings;
    }

    private static void AddRows(WorksheetPart sheet, List<string> shared, TextCollector text)
    {
        using var xml = OfficeXml.Open(sheet);
        var isShared = false;
        var isOnNode = xml.Read();
        while (isOnNode && !text.IsFull)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element when xml.LocalName == "c":
                    isShared = xml.GetAttribute("t") == "s";
                    text.Separate('\t');
                    break;
                case XmlNodeType.Element when xml.LocalName == "v" && isShared:
                    text.Append(
                        int.TryParse(xml.ReadElementContentAsString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                        && index < shared.Count
                            ? shared[index]
                            : ""
                    );
                    continue;
                case XmlNodeType.Element when xml.LocalName is "v" or "t":
                    OfficeXml.AddText(xml, text);
                    continue;
                case XmlNodeType.EndElement when xml.LocalName == "row":
                    text.NewLine();
                    break;
            }

            isOnNode = xml.Read();
        }
    }
}
