using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Connectors.Sources;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>Which certificates of a server the field <c>ssl_ca</c> lets pass, in a real greeting.</summary>
public sealed class CertificateAuthoritiesTests
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly Lazy<X509Certificate2> Root = new(() => Issue("root", issuer: null));
    private static readonly Lazy<X509Certificate2> Between = new(() => Issue("between", Root.Value));
    private static readonly Lazy<X509Certificate2> Other = new(() => Issue("root", issuer: null));

    [Fact]
    public async Task WhatTheServerSendsAlongLeadsToTheAuthority() =>
        Assert.True(await IsTakenAsync(Issue("server", Between.Value, ForServers), [Between.Value], Root.Value));

    [Fact]
    public async Task WithoutWhatLeadsToTheAuthorityItIsRefused() =>
        Assert.False(await IsTakenAsync(Issue("server", Between.Value, ForServers), [], Root.Value));

    [Fact]
    public async Task AnotherAuthorityOfTheSameNameIsRefused() =>
        Assert.False(await IsTakenAsync(Issue("server", Between.Value, ForServers), [Between.Value], Other.Value));

    [Fact]
    public async Task AnAuthorityThatIsOnlySentAlongIsNotTrusted() =>
        Assert.False(await IsTakenAsync(Issue("server", Between.Value, ForServers), [Between.Value, Root.Value], Other.Value));

    [Fact]
    public async Task ACertificateOfAClientIsRefused() =>
        Assert.False(await IsTakenAsync(Issue("server", Root.Value, ForClients), [], Root.Value));

    [Fact]
    public async Task AnotherNameIsRefused() =>
        Assert.False(await IsTakenAsync(Issue("server", Root.Value, ForServers), [], Root.Value, host: "other.example"));

    /// <summary>A certificate names an address where its issuer's can be had (RFC 5280, 4.2.2.1): whoever shows it would choose what this
    /// machine asks.</summary>
    [Fact]
    public void WhatLeadsToTheAuthorityIsNotFetchedFromWhereTheServerSays()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/between.crt";
        using var server = Issue("server", Between.Value, ForServers, issuerAt: address);

        Assert.ThrowsAny<AuthenticationException>(() =>
            CertificateAuthorities.Trust([Root.Value])(this, server, null, SslPolicyErrors.RemoteCertificateChainErrors)
        );

        Assert.False(listener.Pending());
    }

    private static async Task<bool> IsTakenAsync(
        X509Certificate2 server,
        X509Certificate2[] along,
        X509Certificate2 authority,
        string host = "db.example"
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellation);
        using var accepted = await listener.AcceptTcpClientAsync(cancellation);
        await using var answering = new SslStream(accepted.GetStream());
        var greeting = answering.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(server, [.. along], offline: true),
            },
            cancellation
        );
        await using var asking = new SslStream(client.GetStream());
        try
        {
            await asking.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    RemoteCertificateValidationCallback = CertificateAuthorities.Trust([authority]),
                },
                cancellation
            );
            await greeting;
            return true;
        }
        catch (AuthenticationException)
        {
            // The server may have been done with its part, or learn of the refusal.
            await ((Task)greeting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer, string? purpose = null, string? issuerAt = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(purpose is null, false, 0, critical: true));
        var (from, to) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("db.example");
            request.CertificateExtensions.Add(names.Build());
        }

        if (issuerAt is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], [issuerAt]));
        }

        using var issued = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
