using System.Xml;
using DocumentFormat.OpenXml.Packaging;

namespace Connectors.Extraction.Formats;

/// <summary>Reads the XML of a part of an Office file as a stream: no tree, no entities, nothing from outside.</summary>
internal static class OfficeXml
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = 1L << 30,
        CloseInput = true,
    };

    private static readonly char[] Piece = new char[4096];

    public static XmlReader Open(OpenXmlPart part) => XmlReader.Create(part.GetStream(FileMode.Open, FileAccess.Read), Settings);

    /// <summary>
    /// Adds the words of a text, slide or note: what is in elements <c>t</c>, a line for each paragraph. Word and PowerPoint use the same
    /// names for these, whatever their namespaces, of which there are two generations.
    /// </summary>
    public static void AddParagraphs(OpenXmlPart? part, TextCollector text)
    {
        if (part is null)
        {
            return;
        }

        using var xml = Open(part);
        var isOnNode = xml.Read();
        while (isOnNode && !text.IsFull)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                switch (xml.LocalName)
                {
                    // Properties hold no words, and a fallback repeats what was said in a newer way.
                    case "pPr" or "rPr" or "sectPr" or "tblPr" or "Fallback":
                        xml.Skip();
                        continue;
                    case "t":
                        AddText(xml, text);
                        continue;
                    case "tab":
                        text.Append("\t");
                        break;
                    case "br" or "cr":
                        text.NewLine();
                        break;
                }
            }
            else if (xml.NodeType == XmlNodeType.EndElement)
            {
                if (xml.LocalName is "p" or "tr")
                {
                    text.NewLine();
                }
                else if (xml.LocalName == "tc")
                {
                    text.Separate('\t');
                }
            }

            isOnNode = xml.Read();
        }
    }

    /// <summary>Adds what the element holds, piece by piece, and goes behind it.</summary>
    public static void AddText(XmlReader xml, TextCollector text)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }

        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                for (
                    var count = xml.ReadValueChunk(Piece, 0, Piece.Length);
                    count > 0 && !text.IsFull;
                    count = xml.ReadValueChunk(Piece, 0, Piece.Length)
                )
                {
                    text.Append(Piece.AsSpan(0, count));
                }
            }
        }

        xml.Read();
    }
}
