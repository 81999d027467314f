using System.IO.Compression;
using Connectors.Charsets;

namespace Connectors.Extraction.Formats;

/// <summary>Finds out what a file is, by its first bytes rather than by its name, and reads it.</summary>
internal static class FileFormat
{
    private const int HeadBytes = 1024;

    /// <summary>Reads the text of a file; false when it is of no kind that is known here.</summary>
    /// <exception cref="UnreadableFileException">It is of a known kind and can't be read.</exception>
    public static bool Read(string fileName, MemoryStream content, TextCollector text)
    {
        var head = content.GetBuffer().AsSpan(0, (int)Math.Min(content.Length, HeadBytes));
        switch (head)
        {
            case [0x50, 0x4B, 0x03, 0x04, ..]:
                return ReadPackage(content, text) || RefuseDocument(fileName);
            case [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..]:
                throw new UnreadableFileException("it is locked with a password, or in a format older than Office 2007");
        }

        // Some programs put a few bytes before the mark.
        if (head.IndexOf("%PDF-"u8) >= 0)
        {
            PdfText.Read(content, text);
            return true;
        }

        if (IsHtml(fileName, head))
        {
            HtmlText.Read(content, text);
            return true;
        }

        return RefuseDocument(fileName);
    }

    /// <summary>False for a file of which nobody said that it is a document.</summary>
    /// <exception cref="UnreadableFileException">Its name says so.</exception>
    private static bool RefuseDocument(string fileName) =>
        Path.GetExtension(fileName).ToLowerInvariant()
            is ".pdf"
                or ".docx"
                or ".docm"
                or ".dotx"
                or ".xlsx"
                or ".xlsm"
                or ".xltx"
                or ".pptx"
                or ".pptm"
                or ".potx"
                or ".ppsx"
            ? throw new UnreadableFileException(
                $"it is not a {Path.GetExtension(fileName).ToLowerInvariant()} file, whatever its name says"
            )
            : false;

    private static bool ReadPackage(MemoryStream content, TextCollector text)
    {
        string? kind = null;
        try
        {
            using var zip = new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
            ZipBombCheck.Refuse(zip, content.Length);
            kind = zip
                .Entries.Select(entry => entry.FullName.Split('/', '\\')[0])
                .FirstOrDefault(folder => folder is "word" or "xl" or "ppt");
        }
        catch (InvalidDataException)
        {
            throw new UnreadableFileException("it is damaged: a part of it is missing");
        }

        content.Position = 0;
        switch (kind)
        {
            case "word":
                WordText.Read(content, text);
                return true;
            case "xl":
                ExcelText.Read(content, text);
                return true;
            case "ppt":
                PowerPointText.Read(content, text);
                return true;
            default:
                return false;
        }
    }

    private static bool IsHtml(string fileName, ReadOnlySpan<byte> head)
    {
        if (Path.GetExtension(fileName).ToLowerInvariant() is ".html" or ".htm" or ".xhtml" or ".aspx")
        {
            return TextEncoding.Of(head, declared: null, isHtml: true).Encoding is not null;
        }

        var start = System.Text.Encoding.Latin1.GetString(head).TrimStart();
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }
}
