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

    // Made once: it takes long, and no test depends on a key of its own.
    private static readonly RSA AuthorityKey = RSA.Create(2048);
    private static readonly RSA MiddleKey = RSA.Create(2048);
    private static readonly RSA StrangerKey = RSA.Create(2048);
    private static readonly RSA LeafKey = RSA.Create(2048);
    private readonly X509Certificate2 _authority;
    private readonly TemporaryFolder _folder = new();
    private readonly List<X509Certificate2> _made = [];

    public CertificateTests() => _authority = Authority("CN=authority", AuthorityKey);

    private static CancellationToken Token => GatewayFixture.Token;

    private string AuthorityFingerprint => Fingerprint(_authority);

    public void Dispose()
    {
        _made.ForEach(certificate => certificate.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void ALeafThatOnlyNamesTheAuthorityIsRefused()
    {
        var forged = Leaf("CN=forged", "127.0.0.1", _authority, StrangerKey);

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
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, AuthorityKey);

        Assert.Null(Judge(leaf, [_authority], new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint }));
        Assert.Null(await TryAsync([leaf], options => options with { CertificateFingerprint = Fingerprint(leaf) }));
    }

    [Fact]
    public void AnAuthorityOverAnotherOneIsEnoughAndAStrangerInBetweenIsNot()
    {
        var middle = Leaf("CN=middle", null, _authority, AuthorityKey, key: MiddleKey);
        var leaf = Leaf("CN=server", "127.0.0.1", middle, MiddleKey);
        var stranger = Leaf("CN=middle", null, _authority, StrangerKey, key: StrangerKey);
        var strange = Leaf("CN=server", "127.0.0.1", stranger, StrangerKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = AuthorityFingerprint };

        Assert.Null(Judge(leaf, [middle, _authority], options));
        Assert.NotNull(Judge(strange, [stranger, _authority], options));
        Assert.NotNull(Judge(strange, [stranger, middle, _authority], options));
    }

    [Fact]
    public async Task AFingerprintOfAnAuthorityInBetweenIsEnoughWhenItSigned()
    {
        var middle = Leaf("CN=middle", null, _authority, AuthorityKey, key: MiddleKey);
        var leaf = Leaf("CN=server", "127.0.0.1", middle, MiddleKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = Fingerprint(middle) };

        Assert.Null(Judge(leaf, [middle, _authority], options));
        Assert.Null(Judge(leaf, [middle], options));
        Assert.Null(await TryAsync([leaf, middle], current => current with { CertificateFingerprint = Fingerprint(middle) }));
    }

    [Fact]
    public void AnAuthorityInBetweenThatDidNotSignIsNotEnough()
    {
        var middle = Leaf("CN=middle", null, _authority, AuthorityKey, key: MiddleKey);
        var stranger = Leaf("CN=middle", null, _authority, StrangerKey, key: StrangerKey);
        var forged = Leaf("CN=forged", "127.0.0.1", middle, StrangerKey);
        var below = Leaf("CN=below", null, middle, StrangerKey, key: StrangerKey);
        var forgedBelow = Leaf("CN=forged", "127.0.0.1", below, StrangerKey);
        var old = Leaf(
            "CN=old",
            null,
            _authority,
            AuthorityKey,
            to: new DateTimeOffset(2025, 3, 4, 0, 0, 0, TimeSpan.Zero),
            key: MiddleKey
        );
        var belowOld = Leaf("CN=server", "127.0.0.1", old, MiddleKey);
        var options = new ElasticsearchOptions { CertificateFingerprint = Fingerprint(middle) };

        // It only names it; names it beside another one of that name; names one that only names it.
        Assert.NotNull(Judge(forged, [middle], options));
        Assert.NotNull(Judge(forged, [middle, _authority], options));
        Assert.NotNull(Judge(forged, [stranger, middle, _authority], options));
        Assert.NotNull(Judge(forged, [middle, stranger], options));
        Assert.NotNull(Judge(forgedBelow, [below, middle, _authority], options));

        // A leaf is no authority, and one whose time is over signs no more.
        var leaf = Leaf("CN=server", "127.0.0.1", middle, MiddleKey, key: StrangerKey);
        var belowLeaf = Leaf("CN=forged", "127.0.0.1", leaf, StrangerKey);
        Assert.NotNull(
            Judge(belowLeaf, [leaf, middle, _authority], new ElasticsearchOptions { CertificateFingerprint = Fingerprint(leaf) })
        );
        Assert.NotNull(Judge(belowOld, [old, _authority], new ElasticsearchOptions { CertificateFingerprint = Fingerprint(old) }));
    }

    [Fact]
    public async Task AFingerprintDoesNotSwitchOffTheName()
    {
        var leaf = Leaf("CN=other", "10.9.8.7", _authority, AuthorityKey);

        Assert.Contains(
            "is not for '127.0.0.1', but for '10.9.8.7'. Use a name of the certificate in elasticsearch.host",
            await FailureAsync([leaf], options => options with { CertificateFingerprint = Fingerprint(leaf) }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AFingerprintDoesNotSwitchOffTheDates()
    {
        var expired = Leaf("CN=old", "127.0.0.1", _authority, AuthorityKey, to: new DateTimeOffset(2025, 3, 4, 0, 0, 0, TimeSpan.Zero));
        var early = Leaf("CN=early", "127.0.0.1", _authority, AuthorityKey, from: new DateTimeOffset(2098, 1, 1, 0, 0, 0, TimeSpan.Zero));

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
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, AuthorityKey);
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

        var stranger = Authority("CN=stranger", StrangerKey);
        var strange = Leaf("CN=server", "127.0.0.1", stranger, StrangerKey);
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
        var leaf = Leaf("CN=server", "127.0.0.1", _authority, AuthorityKey);

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
        using var gateway = GatewayFixture.GatewayOf(configure(new ElasticsearchOptions { Hosts = [uri] }));
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
        var request = new CertificateRequest(name, key ?? LeafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

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
        using var whole = signed.CopyWithPrivateKey(key ?? LeafKey);
        return Kept(X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null));
    }

    private X509Certificate2 Kept(X509Certificate2 certificate)
    {
        _made.Add(certificate);
        return certificate;
    }
}
