using System.Collections.Specialized;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Connectors.Sync.Configuration;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>Makes the official client's settings of ours.</summary>
internal static class ElasticsearchClientFactory
{
    /// <summary>Names the product that answered: Elasticsearch sends it since 7.14.</summary>
    public const string ProductHeader = "X-elastic-product";

    public const string RetryAfterHeader = "Retry-After";

    public const string DateHeader = "Date";

    /// <exception cref="ConnectorException">A setting can't be used.</exception>
    public static ElasticsearchClientSettings Settings(ElasticsearchOptions options)
    {
        if (options.Hosts.Count == 0 || options.Hosts.Any(host => host.Scheme != options.Hosts[0].Scheme))
        {
            throw new ConnectorException("elasticsearch.host: at least one host is needed, and all must have the same scheme, http or https.");
        }

        NodePool nodes = options.Hosts.Count == 1 ? new SingleNodePool(options.Hosts[0]) : new StaticNodePool(options.Hosts);

        // Bodies are sent as they are: compressing them costs more time than it saves on any network that is near its Elasticsearch.
        // Pings only double the calls: a node that is down is found out by the call itself.
        var settings = new ElasticsearchClientSettings(nodes)
            .EnableHttpCompression(false)
            .DisablePing()
            .DisableAuditTrail()
            .RequestTimeout(options.RequestTimeout)
            .GlobalHeaders(Headers(options))
            .ResponseHeadersToParse(new HeadersList([ProductHeader, RetryAfterHeader, DateHeader]))
            .UserAgent(UserAgent.Create($"connectors/{Version} (.NET {Environment.Version}; {RuntimeInformation.OSArchitecture})"));
        if (options.ApiKey is { } key)
        {
            settings.Authentication(new ApiKey(key.Reveal()));
        }
        else if (options.Username is { } user)
        {
            settings.Authentication(new BasicAuthentication(user, options.Password?.Reveal() ?? string.Empty));
        }

        SetTrust(settings, options);
        return settings;
    }

    private static string Version => typeof(ElasticsearchClientFactory).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static NameValueCollection Headers(ElasticsearchOptions options)
    {
        // The connector indices are becoming system indices; this header says that a connector service is at work.
        var headers = new NameValueCollection { ["X-elastic-product-origin"] = "connectors" };
        foreach (var (name, value) in options.Headers)
        {
            headers[name] = value.Reveal();
        }

        return headers;
    }

    private static void SetTrust(ElasticsearchClientSettings settings, ElasticsearchOptions options)
    {
        if (!options.VerifyCertificates)
        {
            settings.ServerCertificateValidationCallback(TrustAnything);
        }
        else if (options.CaCertificatesPath is { } path)
        {
            var authorities = Load(path);
            settings.ServerCertificateValidationCallback((_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities));
        }
        else if (options.CertificateFingerprint is { } fingerprint)
        {
            settings.CertificateFingerprint(fingerprint);
        }
    }

    // Only with elasticsearch.verify_certs: false, which says so.
    private static bool TrustAnything(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors) => true;

    private static X509Certificate2Collection Load(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new ConnectorException($"elasticsearch.ca_certs: '{path}' holds no certificate in PEM form.");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(FailureKind.Fatal, $"elasticsearch.ca_certs: '{path}' can't be read as PEM certificates: {exception.Message}", exception);
        }
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is not X509Certificate2 server || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null)
        {
            foreach (var element in sent.ChainElements)
            {
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            }
        }

        return chain.Build(server);
    }
}
