using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>Which certificates are believed.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RSA _authorityKey = RSA.Create(2048);
    private readonly X509Certificate2 _authority;
    private readonly TemporaryFolder _folder = new();
    private readonly List<X509Certificate2> _made = [];

    public CertificateTests() => _authority = Authority("CN=authority", _authorityKey);

    private static CancellationToken Token => GatewayBench.Token;

    private string AuthorityFingerprint => Fingerprint(_authority);

    public void Dispose()
    {
        _made.ForEach(certificate => certificate.Dispose());
        _authorityKey.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void ALeafThatOnlyNamesTheAuthorityIsRefused()
    {
        using var stranger = RSA.Create(2048);
        var forged = Leaf("CN=forged", "127.0.0.1", _authority, stranger);

        // The certificate of the authority is public, so the forger sends it too.
        var refusal = Judge(forged, [_authority], new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint });

        Assert.StartsWith(
            "the certificate 'CN=forged' of the server was not signed by 'CN=authority', which has the fingerprint in "
                + "elasticsearch.ssl_assert_fingerprint",
            refusal,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AFingerprintOfTheAuthorityOrOfTheServerIsEnough()
    {
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, _authorityKey);

        Assert.Null(Judge(leaf, [_authority], new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint }));
        Assert.Null(await TryAsync([leaf], options => options with { CertificateFingerprint = Fingerprint(leaf) }));
    }

    [Fact]
    public void AnAuthorityOverAnotherOneIsEnoughAndAStrangerInBetweenIsNot()
    {
        using var middleKey = RSA.Create(2048);
        var middle = Leaf("CN=middle", null, _authority, _authorityKey, key: middleKey);
        var leaf = Leaf("CN=server", "127.0.0.1", middle, middleKey);
        using var strangerKey = RSA.Create(2048);
        var stranger = Leaf("CN=middle", null, _authority, strangerKey, key: strangerKey);
        var strange = Leaf("CN=server", "127.0.0.1", stranger, strangerKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint };

        Assert.Null(Judge(leaf, [middle, _authority], options));
        Assert.NotNull(Judge(strange, [stranger, _authority], options));
        Assert.NotNull(Judge(strange, [stranger, middle, _authority], options));
    }

    [Fact]
    public async Task AFingerprintOfAnAuthorityInBetweenIsEnoughWhenItSigned()
    {
        using var middleKey = RSA.Create(2048);
        var middle = Leaf("CN=middle", null, _authority, _authorityKey, key: middleKey);
        var leaf = Leaf("CN=server", "127.0.0.1", middle, middleKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = Fingerprint(middle) };

        Assert.Null(Judge(leaf, [middle, _authority], options));
        Assert.Null(Judge(leaf, [middle], options));
        Assert.Null(await TryAsync([leaf, middle], current => current with { CertificateFingerprint = Fingerprint(middle) }));
    }

    [Fact]
    public void AnAuthorityInBetweenThatDidNotSignIsNotEnough()
    {
        using var middleKey = RSA.Create(2048);
        using var strangerKey = RSA.Create(2048);
        var middle = Leaf("CN=middle", null, _authority, _authorityKey, key: middleKey);
        var stranger = Leaf("CN=middle", null, _authority, strangerKey, key: strangerKey);
        var forged = Leaf("CN=forged", "127.0.0.1", middle, strangerKey);
        var below = Leaf("CN=below", null, middle, strangerKey, key: strangerKey);
        var forgedBelow = Leaf("CN=forged", "127.0.0.1", below, strangerKey);
        var old = Leaf(
            "CN=old",
            null,
            _authority,
            _authorityKey,
            to: new DateTimeOffset(2025, 3, 4, 0, 0, 0, TimeSpan.Zero),
            key: middleKey
        );
        var belowOld = Leaf("CN=server", "127.0.0.1", old, middleKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = Fingerprint(middle) };

        // It only names it; names it beside another one of that name; names one that only names it.
        Assert.NotNull(Judge(forged, [middle], options));
        Assert.NotNull(Judge(forged, [middle, _authority], options));
        Assert.NotNull(Judge(forged, [stranger, middle, _authority], options));
        Assert.NotNull(Judge(forged, [middle, stranger], options));
        Assert.NotNull(Judge(forgedBelow, [below, middle, _authority], options));

        // A leaf is no authority, and one whose time is over signs no more.
        var leaf = Leaf("CN=server", "127.0.0.1", middle, middleKey, key: strangerKey);
        var belowLeaf = Leaf("CN=forged", "127.0.0.1", leaf, strangerKey);
        Assert.NotNull(
            Judge(belowLeaf, [leaf, middle, _authority], new ElasticsearchOptions { CertificateFingerprint = Fingerprint(leaf) })
        );
        Assert.NotNull(Judge(belowOld, [old, _authority], new ElasticsearchOptions { CertificateFingerprint = Fingerprint(old) }));
    }

    [Fact]
    public async Task AFingerprintDoesNotSwitchOffTheName()
    {
        var leaf = Leaf("CN=other", "10.9.8.7", _authority, _authorityKey);

        Assert.Contains(
            "is not for 127.0.0.1",
            await FailureAsync([leaf], options => options with { CertificateFingerprint = Fingerprint(leaf) }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AFingerprintDoesNotSwitchOffTheDates()
    {
        var expired = Leaf("CN=old", "127.0.0.1", _authority, _authorityKey, to: new DateTimeOffset(2025, 3, 4, 0, 0, 0, TimeSpan.Zero));
        var early = Leaf("CN=early", "127.0.0.1", _authority, _authorityKey, from: new DateTimeOffset(2098, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Contains(
            "the certificate 'CN=old' of the server is valid from 2020-01-01 to 2025-03-04",
            await FailureAsync([expired], options => options with { CertificateFingerprint = Fingerprint(expired) }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "the certificate 'CN=old' of the server is valid",
            Judge(expired, [_authority], new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "from 2098-01-01",
            await FailureAsync([early], options => options with { CertificateFingerprint = Fingerprint(early) }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AuthoritiesAndFingerprintTogetherMeanBoth()
    {
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, _authorityKey);
        var file = Path.Combine(_folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, _authority.ExportCertificatePem(), Token);
        var wrong = new string('A', 64);

        Assert.Null(
            await TryAsync([leaf], options => options with { CaCertificatesPath = file, CertificateFingerprint = AuthorityFingerprint })
        );
        Assert.Null(
            await TryAsync([leaf], options => options with { CaCertificatesPath = file, CertificateFingerprint = Fingerprint(leaf) })
        );
        Assert.Contains(
            "elasticsearch.ssl_assert_fingerprint",
            await FailureAsync([leaf, _authority], options => options with { CaCertificatesPath = file, CertificateFingerprint = wrong }),
            StringComparison.Ordinal
        );

        using var strangerKey = RSA.Create(2048);
        var stranger = Authority("CN=stranger", strangerKey);
        var strange = Leaf("CN=server", "127.0.0.1", stranger, strangerKey);
        Assert.Contains(
            "elasticsearch.ca_certs",
            await FailureAsync([strange, stranger], options =>
                options with
                {
                    CaCertificatesPath = file,
                    CertificateFingerprint = Fingerprint(strange),
                }
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task WithoutSettingsTheMachinesAuthoritiesDecide()
    {
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, _authorityKey);

        Assert.Contains(
            "the certificate 'CN=server' of the server was issued by 'CN=authority', which this machine does not trust",
            await FailureAsync([leaf, _authority], options => options),
            StringComparison.Ordinal
        );
    }

    /// <summary>Why a certificate is refused that a server sends with others; <see langword="null"/> when it is believed. The server here
    /// never sends a root, others do.</summary>
    private static string? Judge(X509Certificate2 leaf, X509Certificate2[] others, ElasticsearchOptions options)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.Build(leaf);
        var trust = new ServerTrust(options, new FastForwardTimeProvider());
        return trust.IsTrusted(
            new HttpRequestMessage(System.Net.Http.HttpMethod.Get, "https://127.0.0.1/"),
            leaf,
            chain,
            SslPolicyErrors.RemoteCertificateChainErrors
        )
            ? null
            : trust.LastRefusal;
    }

    private static string Fingerprint(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    private async Task<string> FailureAsync(X509Certificate2[] sent, Func<ElasticsearchOptions, ElasticsearchOptions> configure)
    {
        var failure = await TryAsync(sent, configure);
        Assert.NotNull(failure);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        return failure.Message;
    }

    private static async Task<ConnectorException?> TryAsync(
        X509Certificate2[] sent,
        Func<ElasticsearchOptions, ElasticsearchOptions> configure
    )
    {
        await using var app = await StartAsync(sent);
        var uri = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        using var gateway = GatewayBench.GatewayOf(configure(new ElasticsearchOptions { Hosts = [uri] }));
        try
        {
            Assert.Equal(3, await gateway.Content.CountAsync("search-a", Token));
            return null;
        }
        catch (ConnectorException failure)
        {
            return failure;
        }
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2[] sent)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
                    {
                        https.ServerCertificate = sent[0];
                        https.ServerCertificateChain = [.. sent[1..]];
                    })));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsJsonAsync(new { count = 3 }));
        await app.StartAsync(Token);
        return app;
    }

    private X509Certificate2 Authority(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return Kept(request.CreateSelfSigned(From, To));
    }

    private X509Certificate2 Leaf(
        string name,
        string? address,
        X509Certificate2 issuer,
        RSA signer,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        RSA? key = null
    )
    {
        using var own = RSA.Create(2048);
        var request = new CertificateRequest(name, key ?? own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        // Without an address it is an authority itself.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(address is null, false, 0, true));
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
        }

        var signature = X509SignatureGenerator.CreateForRSA(signer, RSASignaturePadding.Pkcs1);
        using var signed = request.Create(issuer.SubjectName, signature, from ?? From, to ?? To.AddYears(-1), [1, 2, 3, (byte)_made.Count]);
        using var whole = signed.CopyWithPrivateKey(key ?? own);
        return Kept(X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null));
    }

    private X509Certificate2 Kept(X509Certificate2 certificate)
    {
        _made.Add(certificate);
        return certificate;
    }
}
