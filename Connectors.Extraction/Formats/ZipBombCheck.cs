using System.Globalization;
using System.IO.Compression;

namespace Connectors.Extraction.Formats;

/// <summary>Detects zip bombs among archives. Archives with wrong sizes are caught by the time and memory limits.</summary>
internal static class ZipBombCheck
{
    private const int MaxEntries = 50_000;
    private const long AlwaysFine = 64L * 1024 * 1024;

    // Sheets of repeated numbers reach thirty or so; zeros reach a thousand.
    private const int MaxRatio = 100;

    /// <exception cref="UnreadableFileException">It is such an archive.</exception>
    public static void Refuse(ZipArchive zip, long size)
    {
        var unpacked = zip.Entries.Sum(entry => Math.Max(0, entry.Length));
        if (zip.Entries.Count > MaxEntries || (unpacked > AlwaysFine && unpacked / MaxRatio > size))
        {
            var parts = zip.Entries.Count == 1 ? "part" : "parts";
            throw new UnreadableFileException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it would unpack to {unpacked / 1024 / 1024:N0} MiB in {zip.Entries.Count:N0} {parts} from {size:N0} bytes, "
                        + $"so it was refused as a zip bomb"
                )
            );
        }
    }
}
