using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Paging;

/// <summary>Hashes by which a page is known again.</summary>
internal static class ContentHash
{
    /// <summary>Of items as they came.</summary>
    public static UInt128 Of(JsonElement items) => XxHash128.HashToUInt128(JsonMarshal.GetRawUtf8Value(items));

    /// <summary>Of the ids of a page's documents from its first to that before <paramref name="end"/>.</summary>
    public static UInt128 Of(SourcePage page, int end)
    {
        var hash = new XxHash128();
        for (var index = 0; index < end; index++)
        {
            hash.Append(page[index].Id.Span);
            hash.Append("\n"u8);
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
