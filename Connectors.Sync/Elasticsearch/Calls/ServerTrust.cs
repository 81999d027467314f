using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sync.Configuration;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>
/// Decides whether a server's certificate is trusted. Its name and its dates are always checked. Then: with <c>elasticsearch.ca_certs</c>
/// one of
/// those authorities must have signed it; with <c>elasticsearch.ssl_assert_fingerprint</c> it must be the certificate of that fingerprint,
/// or an authority of that fingerprint must have signed it; with both settings both hold; without either, an authority that this machine
/// trusts. Safe for concurrent use.
/// </summary>
internal sealed class ServerTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string WayOut = "Set elasticsearch.ca_certs or elasticsearch.ssl_assert_fingerprint to its certificate authority.";
    private readonly ElasticsearchOptions _options;
    private readonly TimeProvider _time;
    private readonly X509Certificate2Collection? _authorities;
    private volatile string? _lastRefusal;

    /// <param name="options">The settings.</param>
    /// <param name="time">The clock, for the dates of certificates.</param>
    /// <exception cref="ConnectorException">The file of authorities can't be used.</exception>
    public ServerTrust(ElasticsearchOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _authorities = options is { VerifyCertificates: true, CaCertificatesPath: { } path } ? Load(path) : null;
    }

    /// <summary>Why a certificate was refused last, as a sentence; <see langword="null"/> when none was.</summary>
    public string? LastRefusal => _lastRefusal;

    /// <summary>Whether the certificate is trusted. Has the signature of a validation callback.</summary>
    public bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        // Only with elasticsearch.verify_certs: false, which says so.
        if (!_options.VerifyCertificates)
        {
            return true;
        }

        var refusal = certificate is X509Certificate2 server ? Refuse(server, sent, errors) : "the server sent no certificate.";
        _lastRefusal = refusal;
        return refusal is null;
    }

    private static X509Certificate2Collection Load(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0
                ? authorities
                : throw new ConnectorException($"elasticsearch.ca_certs: '{path}' holds no certificate in PEM form.");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"elasticsearch.ca_certs: '{path}' can't be read as PEM certificates: {exception.Message}",
                exception
            );
        }
    }

    private static bool Has(X509Certificate2 certificate, string fingerprint) =>
        string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);

    /// <summary>All that the server sent besides its own certificate.</summary>
    private static X509Certificate2Collection Sent(X509Chain? sent)
    {
        var all = new X509Certificate2Collection();
        if (sent is not null)
        {
            all.AddRange(sent.ChainPolicy.ExtraStore);
            foreach (var element in sent.ChainElements)
            {
                all.Add(element.Certificate);
            }
        }

        return all;
    }

    private string? Refuse(X509Certificate2 server, X509Chain? sent, SslPolicyErrors errors)
    {
        var which = $"the certificate '{server.Subject}' of the server";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"{which} {CertificateFaults.OtherName(server, _options.Hosts.Select(host => host.Host))}. Use a name of the "
                + "certificate in elasticsearch.host, or have one made for this name.";
        }

        if (CertificateFaults.OutOfTime(server, _time.GetUtcNow()) is { } late)
        {
            return $"{which} {late}. Renew it.";
        }

        if (_authorities is null && _options.CertificateFingerprint is null)
        {
            return errors == SslPolicyErrors.None
                ? null
                : $"{which} was issued by '{server.Issuer}', which this machine does not trust. {WayOut}";
        }

        return RefuseAuthority(server, sent, which) ?? RefuseFingerprint(server, sent, which);
    }

    private string? RefuseAuthority(X509Certificate2 server, X509Chain? sent, string which)
    {
        if (_authorities is null)
        {
            return null;
        }

        using var chain = NewChain(_authorities, sent);
        return chain.Build(server)
            ? null
            : $"{which} was not signed by an authority in elasticsearch.ca_certs, though it names '{server.Issuer}' as its "
                + $"issuer{Status(chain)}. {WayOut}";
    }

    private string? RefuseFingerprint(X509Certificate2 server, X509Chain? sent, string which)
    {
        if (_options.CertificateFingerprint is not { } fingerprint || Has(server, fingerprint))
        {
            return null;
        }

        // A certificate of an authority is public: that the server sends it proves nothing. It counts where it signed the chain.
        var matching = new X509Certificate2Collection(
            Sent(sent).Concat(_authorities ?? []).Where(certificate => Has(certificate, fingerprint)).Take(1).ToArray()
        );
        if (matching.Count == 0)
        {
            return $"neither {which} nor an authority that it sends has the fingerprint in elasticsearch.ssl_assert_fingerprint. {WayOut}";
        }

        using var chain = NewChain(matching, sent);
        chain.Build(server);
        return HasSigned(chain, matching[0])
            ? null
            : $"{which} was not signed by '{matching[0].Subject}', which has the fingerprint in "
                + $"elasticsearch.ssl_assert_fingerprint{Status(chain)}. {WayOut}";
    }

    /// <summary>Whether an authority, at the root or in between, is in the chain, and all below it is right. What stands above it does not
    /// matter: it is the one that is trusted.</summary>
    private static bool HasSigned(X509Chain chain, X509Certificate2 authority)
    {
        foreach (var element in chain.ChainElements)
        {
            var isTrusted = element.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span);
            var faults = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
            if (isTrusted)
            {
                // Its own signature is the one thing that is not asked for.
                faults &= ~(
                    X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid
                );
            }

            if (faults != X509ChainStatusFlags.NoError || isTrusted)
            {
                return faults == X509ChainStatusFlags.NoError;
            }
        }

        return false;
    }

    private static string Status(X509Chain chain) =>
        chain.ChainStatus.Select(status => status.Status).FirstOrDefault(status => status != X509ChainStatusFlags.NoError)
            is var first
                and not X509ChainStatusFlags.NoError
            ? $" ({first})"
            : string.Empty;

    private X509Chain NewChain(X509Certificate2Collection authorities, X509Chain? sent)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(Sent(sent));
        return chain;
    }
}
