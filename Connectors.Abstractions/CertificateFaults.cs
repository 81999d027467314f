using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Connectors.Abstractions;

/// <summary>Words what is wrong with a server's certificate, for everything that connects to one: as the rest of a sentence whose subject
/// is the certificate.</summary>
internal static class CertificateFaults
{
    private const int MostNames = 3;
    private const int LongestName = 200;

    /// <summary>That it is for another name: <c>is not for 'db', but for 'db.example'</c>.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="hosts">What it should be for: one of these; none when that is not known.</param>
    public static string OtherName(X509Certificate2 certificate, params IEnumerable<string> hosts)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var names = NamesOf(certificate).Distinct(StringComparer.OrdinalIgnoreCase).Select(Quoted).ToArray();
        var more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : string.Empty;
        var wanted = string.Join(" or ", hosts.Distinct(StringComparer.Ordinal).Select(Quoted));
        return $"is not for {(wanted.Length == 0 ? "this host" : wanted)}, but for "
            + $"{(names.Length == 0 ? "no name" : string.Join(", ", names.Take(MostNames)))}{more}";
    }

    /// <summary>That its time is over or has not begun: <c>is valid from 2020-01-01 to 2025-03-04, and today is 2026-11-23</c>;
    /// <see langword="null"/> when neither is so.</summary>
    public static string? OutOfTime(X509Certificate2 certificate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now.UtcDateTime >= from && now.UtcDateTime <= to
            ? null
            : $"is valid from {Day(from)} to {Day(to)}, and today is {Day(now.UtcDateTime)}";
    }

    /// <summary>A name that somebody else chose, as messages show it: on one line, and not too long.</summary>
    public static string Quoted(string name)
    {
        var line = Sentences.Inner(name);
        return $"'{(line.Length > LongestName ? line[..LongestName] + "\u2026" : line)}'";
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        try
        {
            List<string> names =
            [
                .. certificate
                    .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                    .SelectMany(all => all.EnumerateDnsNames().Concat(all.EnumerateIPAddresses().Select(address => $"{address}"))),
            ];
            if (names.Count > 0)
            {
                return names;
            }
        }
        catch (CryptographicException)
        {
            // Its extension is damaged. What is left is the name that it had in the time before such extensions.
        }

        return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } name ? [name] : [];
    }
}
