using System.Security.Cryptography;
using System.Text;

namespace Connectors.Sources;

/// <summary>
/// Ids as the Python service makes them for files: the MD5 of a place's full name, in lower-case hexadecimal. An index that it filled can
/// be taken over without writing every document again. MD5 serves as a name here, not as a protection.
/// </summary>
internal static class PythonServiceId
{
    public static string Of(string place) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(place)));
}
