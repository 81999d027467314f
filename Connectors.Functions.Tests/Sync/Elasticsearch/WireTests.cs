using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>What goes over the wire, and what comes back broken.</summary>
public sealed class WireTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task RequestsCarryOurHeadersAndKeepTheHostsPath()
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await using var server = await PlainServer.StartAsync(async context =>
        {
            foreach (var (name, value) in context.Request.Headers)
            {
                seen[name] = value.ToString();
            }

            seen["path"] = context.Request.Path;
            await context.Response.WriteAsJsonAsync(new { count = 3 });
        });
        using var gateway = GatewayFixture.GatewayOf(
            new ElasticsearchOptions
            {
                Hosts = [new Uri(server.Uri, "behind/proxy")],
                Headers = new Dictionary<string, Secret> { ["X-Tenant"] = new("t1") },
            }
        );

        Assert.Equal(3, await gateway.Content.CountAsync("search-a", Token));

        Assert.Equal("/behind/proxy/search-a/_count", seen["path"]);
        Assert.Equal("connectors", seen["X-elastic-product-origin"]);
        Assert.Equal("t1", seen["X-Tenant"]);
        Assert.Equal("application/json", seen["Accept"]);
        Assert.StartsWith("connectors/", seen["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatIsCutOffIsNoAnswer()
    {
        var calls = 0;
        await using var server = await PlainServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("{\"count\":");
                context.Abort();
                return;
            }

            await context.Response.WriteAsJsonAsync(new { count = 3 });
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        Assert.Equal(3, await gateway.Content.CountAsync("search-a", Token));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task AProxysErrorPageIsAPassingFailure()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 502;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>Bad gateway</html>");
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.Content.CountAsync("search-a", Token));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.EndsWith("answered GET /search-a/_count with 502.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABulkAnswerWithMissingItemsIsNoAnswer()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                context.Request.Path.Value!.EndsWith("/_settings", StringComparison.Ordinal)
                    ? """{"search-a":{"settings":{"index.uuid":"u1"}}}"""
                    : """{"errors":false,"items":[{"index":{"status":200,"result":"updated"}}]}"""
            );
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        Assert.Equal(200, (await gateway.Content.BulkAsync("search-a", null, "{}\n"u8.ToArray(), 1, null, Token)).Status);
        Assert.Equal(0, (await gateway.Content.BulkAsync("search-a", null, "{}\n"u8.ToArray(), 2, null, Token)).Status);
    }

    [Fact]
    public async Task ACertificateIsTrustedByItsAuthorityOrFingerprintOnly()
    {
        using var authority = Certificate("CN=authority", null);
        using var certificate = Certificate("CN=server", authority);
        using var stranger = Certificate("CN=stranger", null);
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsJsonAsync(new { count = 3 }), certificate);
        using var folder = new TemporaryFolder();
        var trusted = Path.Combine(folder.Path, "ca.pem");
        var other = Path.Combine(folder.Path, "other.pem");
        await File.WriteAllTextAsync(trusted, authority.ExportCertificatePem(), Token);
        await File.WriteAllTextAsync(other, stranger.ExportCertificatePem(), Token);
        var options = new ElasticsearchOptions { Hosts = [server.Uri] };

        Assert.True(await IsTrustedAsync(options with { CaCertificatesPath = trusted }));
        Assert.True(
            await IsTrustedAsync(options with { CertificateFingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256) })
        );
        Assert.True(await IsTrustedAsync(options with { VerifyCertificates = false }));
        Assert.False(await IsTrustedAsync(options));
        Assert.False(await IsTrustedAsync(options with { CaCertificatesPath = other }));
        Assert.False(await IsTrustedAsync(options with { CertificateFingerprint = stranger.GetCertHashString(HashAlgorithmName.SHA256) }));
    }

    [Fact]
    public async Task AFileWithoutCertificatesIsRefusedAtOnce()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, "nothing", Token);

        var failure = Assert.Throws<ConnectorException>(() =>
            GatewayFixture.GatewayOf(new ElasticsearchOptions { CaCertificatesPath = file })
        );

        Assert.Equal($"elasticsearch.ca_certs: '{file}' holds no certificate in PEM form.", failure.Message);
    }

    private static async Task<bool> IsTrustedAsync(ElasticsearchOptions options)
    {
        using var gateway = GatewayFixture.GatewayOf(options);
        try
        {
            return await gateway.Content.CountAsync("search-a", Token) == 3;
        }
        catch (ConnectorException exception)
        {
            Assert.Equal(FailureKind.Fatal, exception.Kind);
            Assert.Contains(
                "Set elasticsearch.ca_certs or elasticsearch.ssl_assert_fingerprint",
                exception.Message,
                StringComparison.Ordinal
            );
            return false;
        }
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using var signed = request.Create(issuer, from, to.AddDays(-1), [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);

        // Kestrel wants a key that is not bound to this process's memory on every platform.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
