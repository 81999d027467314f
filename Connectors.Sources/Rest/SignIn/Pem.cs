using System.Security.Cryptography;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>Keys and certificates as they come out of a form's field.</summary>
internal static class Pem
{
    /// <summary>An RSA key; <see langword="null"/> when the text is none. The caller disposes it.</summary>
    public static RSA? RsaKey(Secret pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(Lines(pem.Reveal()));
            return key;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    /// <summary>
    /// The text with its lines: what was pasted into a field of one line has blanks, or the two letters \n, in their place.
    /// </summary>
    public static string Lines(string pem)
    {
        var text = pem.Trim().Replace("\\n", "\n", StringComparison.Ordinal);
        if (text.Contains('\n', StringComparison.Ordinal) || !text.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        {
            return text;
        }

        var parts = text.Split("-----", StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 3 ? $"-----{parts[0]}-----\n{parts[1].Trim().Replace(' ', '\n')}\n-----{parts[2]}-----" : text;
    }
}
