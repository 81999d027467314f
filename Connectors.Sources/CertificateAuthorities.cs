using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources;

/// <summary>The certificate authorities that a field names, and the check of a server's certificate against them alone.</summary>
internal static partial class CertificateAuthorities
{
    // RFC 5280, 4.2.1.12: id-kp-serverAuth.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Reads a PEM text. Kibana's text box makes one line of a PEM file, so only the base64 between the marks counts.</summary>
    /// <param name="field">The field's name, for the message.</param>
    /// <param name="pem">One certificate or several.</param>
    /// <exception cref="ConnectorException">There is none in it, or one can't be read.</exception>
    public static X509Certificate2Collection Parse(string field, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            foreach (Match match in PemCertificate().Matches(pem))
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(match.Groups["base64"].Value)));
            }
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            throw new ConnectorException($"{field}: the certificate can't be read. Paste the PEM file of the Certificate Authority.");
        }

        return certificates.Count > 0
            ? certificates
            : throw new ConnectorException(
                $"{field}: no certificate in it. Paste the PEM file of the Certificate Authority, with its BEGIN and END lines."
            );
    }

    /// <summary>A check that takes a server's certificate for the right host name that one of <paramref name="authorities"/> has signed,
    /// itself or through certificates that the server sends along.</summary>
    public static RemoteCertificateValidationCallback Trust(X509Certificate2Collection authorities) =>
        (_, certificate, sent, errors) =>
        {
            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            {
                return false;
            }

            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            if (sent is not null)
            {
                chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
            }

            using var presented = new X509Certificate2(certificate);
            return chain.Build(presented);
        };

    [GeneratedRegex(
        "-----BEGIN CERTIFICATE-----(?<base64>.*?)-----END CERTIFICATE-----",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex PemCertificate();
}
