using System.IO.Packaging;
using DocumentFormat.OpenXml.Packaging;

namespace Connectors.Extraction.Formats;

/// <summary>
/// Opens Office files without a file on the disk. Asked to read a stream, the library first copies it to a temporary file, in case it has
/// to mend an address in it; asked to read a package it does not, and fails when an address needs it.
/// </summary>
internal static class OfficePackage
{
    /// <summary>Reads a file; once more from its start, when an address in it is malformed.</summary>
    /// <param name="content">The file.</param>
    /// <param name="text">What is read; it is emptied before the second time.</param>
    /// <param name="open">Opens a package.</param>
    /// <param name="openToMend">Opens a stream that may be changed: the library mends it there. It unpacks each part that is read as a
    /// whole.</param>
    /// <param name="read">Adds the document's text.</param>
    public static void Read<TDocument>(
        MemoryStream content,
        TextCollector text,
        Func<Package, TDocument> open,
        Func<Stream, OpenSettings, TDocument> openToMend,
        Action<TDocument, TextCollector> read
    )
        where TDocument : OpenXmlPackage
    {
        try
        {
            using var package = Package.Open(content, FileMode.Open, FileAccess.Read);
            using var document = open(package);
            read(document, text);
            return;
        }
        catch (Exception failure) when ((failure as UriFormatException ?? failure.InnerException) is UriFormatException)
        {
            text.Clear();
            content.Position = 0;
        }

        using var mended = openToMend(content, new OpenSettings { AutoSave = false });
        read(mended, text);
    }
}
