using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources;

/// <summary>The certificate authorities that a field names, and the check of a server's certificate against them alone.</summary>
internal static partial class CertificateAuthorities
{
    /// <summary>The field that takes them, in all sources that have one.</summary>
    public const string SslCa = "ssl_ca";

    // RFC 5280, 4.2.1.12: id-kp-serverAuth.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    // CA5359 is right; it is the operator who switched the check off, in a field that says what that means.
#pragma warning disable CA5359
    /// <summary>No check at all.</summary>
    public static RemoteCertificateValidationCallback TrustAny { get; } = (_, _, _, _) => true;
#pragma warning restore CA5359

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
    /// itself or through certificates that the server sends along. It throws a <see cref="CertificateRefusedException"/> for any
    /// other.</summary>
    /// <param name="authorities">Those to trust; <see langword="null"/> for those of this system.</param>
    /// <param name="field">The field that takes authorities, as the end of a sentence; <see langword="null"/> where there is none.</param>
    /// <param name="checksName">Whether the host name counts.</param>
    public static RemoteCertificateValidationCallback Trust(
        X509Certificate2Collection? authorities,
        string? field = SslCa,
        bool checksName = true
    ) =>
        (sender, certificate, sent, errors) =>
        {
            if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            {
                throw new CertificateRefusedException(isOfName: false, "the server sent no certificate.");
            }

            using var presented = new X509Certificate2(certificate);
            if (checksName && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                var other = (sender as SslStream)?.TargetHostName is { Length: > 0 } host
                    ? CertificateFaults.OtherName(presented, host)
                    : CertificateFaults.OtherName(presented);
                throw new CertificateRefusedException(isOfName: true, $"the server's certificate {other}.");
            }

            if (authorities is null)
            {
                return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? throw Refuse(presented, sent, null, field) : true;
            }

            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

            // The server's certificate may name an address to get its issuer's from: this machine is not to ask what a stranger names.
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            if (sent is not null)
            {
                chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
            }

            return chain.Build(presented) ? true : throw Refuse(presented, chain, authorities, field);
        };

    /// <summary>What is wrong with a certificate whose chain does not hold: its dates first, for they are told most exactly.</summary>
    private static CertificateRefusedException Refuse(
        X509Certificate2 server,
        X509Chain? chain,
        X509Certificate2Collection? authorities,
        string? field
    )
    {
        var now = TimeProvider.System.GetUtcNow();
        if (CertificateFaults.OutOfTime(server, now) is { } late)
        {
            return new CertificateRefusedException(isOfName: false, $"the server's certificate {late}. Renew it on the server.");
        }

        var elements = chain?.ChainElements.ToArray() ?? [];
        foreach (var signer in elements.Skip(1).Select(element => element.Certificate))
        {
            if (CertificateFaults.OutOfTime(signer, now) is { } lateSigner)
            {
                return new CertificateRefusedException(
                    isOfName: false,
                    $"the certificate {CertificateFaults.Quoted(signer.Subject)}, which signed the server's, {lateSigner}. Renew it, or "
                        + "have the server's signed by another one."
                );
            }
        }

        var faults = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        const X509ChainStatusFlags Unknown = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        if (faults != X509ChainStatusFlags.NoError && (faults & Unknown) == X509ChainStatusFlags.NoError)
        {
            return new CertificateRefusedException(
                isOfName: false,
                $"the server's certificate is not good for a server ({faults}). Have another one made."
            );
        }

        var top = elements.Length == 0 ? server : elements[^1].Certificate;
        var isOwn = server.Subject == server.Issuer;
        var by = isOwn ? "itself" : $"the authority {CertificateFaults.Quoted(top.Issuer)}";
        var (what, which) = isOwn ? ("it", "and") : ("the authority's certificate", "which");
        return new CertificateRefusedException(
            isOfName: false,
            (authorities, field) switch
            {
                (not null, _) => $"the server's certificate was signed by {by}, {which} is not in {SslCa}. Paste {what} (PEM) there.",
                (_, { } offered) =>
                    $"the server's certificate was signed by {by}, {which} is not trusted on this machine. Paste {what} (PEM) into "
                        + $"{offered}.",
                _ =>
                    $"the server's certificate was signed by {by}, {which} is not trusted on this machine. Add {what} to those that this "
                        + "machine trusts.",
            }
        );
    }

    [GeneratedRegex(
        "-----BEGIN CERTIFICATE-----(?<base64>.*?)-----END CERTIFICATE-----",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex PemCertificate();
}
