using System.Buffers.Text;
using System.Security.Cryptography;

namespace Connectors.Emulator.Http;

/// <summary>Identifiers of indices, documents and points in time, in the form that Elasticsearch gives them.</summary>
internal static class Identifiers
{
    /// <summary>22 characters.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>20 characters: for a document that came without an id.</summary>
    public static string NewDocumentId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(15));
}
