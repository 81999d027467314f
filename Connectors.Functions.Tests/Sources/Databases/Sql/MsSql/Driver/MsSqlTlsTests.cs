using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

/// <summary>Encryption, and who may be given the password: the driver and a server that speaks its protocol.</summary>
public sealed class MsSqlTlsTests
{
    private const string Unknown =
        ": the TLS connection failed: the server's certificate was signed by itself, and is not trusted on this machine. Paste it (PEM) "
        + "into ssl_ca.";

    private static readonly Lazy<(X509Certificate2 Certificate, string Pem)> Own = new(Make);
    private static readonly Lazy<(X509Certificate2 Certificate, string Pem)> Other = new(Make);

    public MsSqlTlsTests() => MsSqlCultures.Require();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AServerThatTheAuthorityVouchesForIsLoggedInTo() =>
        Assert.Null(await PingAsync(Own.Value.Certificate, ("ssl_enabled", true), ("ssl_ca", Own.Value.Pem)));

    [Fact]
    public async Task AServerThatAnotherAuthorityVouchesForGetsNoPassword()
    {
        var failure = await PingAsync(Own.Value.Certificate, ("ssl_enabled", true), ("ssl_ca", Other.Value.Pem));
        Assert.EndsWith(
            ": the TLS connection failed: the server's certificate was signed by itself, and is not in ssl_ca. Paste it (PEM) there.",
            failure,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AServerThatThisSystemDoesNotTrustGetsNoPassword()
    {
        var failure = await PingAsync(Own.Value.Certificate, ("ssl_enabled", true));
        Assert.EndsWith(Unknown, failure, StringComparison.Ordinal);
        failure = await PingAsync(Own.Value.Certificate, ("ssl_enabled", true), ("validate_host", false));
        Assert.EndsWith(Unknown, failure, StringComparison.Ordinal);
    }

    /// <summary>The certificate is made for 127.0.0.1.</summary>
    [Fact]
    public async Task TheNameInTheCertificateCountsUnlessItIsSwitchedOff()
    {
        (string, JsonNode?)[] values = [("host", "localhost"), ("ssl_enabled", true), ("ssl_ca", Own.Value.Pem)];
        var failure = await PingAsync(Own.Value.Certificate, values);
        Assert.EndsWith(
            ": the TLS connection failed: the server's certificate is not for 'localhost', but for '127.0.0.1'. Write a name of the "
                + "certificate in host, or have one made for this name.",
            failure,
            StringComparison.Ordinal
        );
        Assert.Null(await PingAsync(Own.Value.Certificate, [.. values, ("validate_host", false)]));
    }

    [Fact]
    public async Task WithoutAWishTheConnectionIsEncryptedWhereTheServerCan() => Assert.Null(await PingAsync(Own.Value.Certificate));

    [Fact]
    public async Task AServerWithoutTlsGetsNoPasswordWhereItIsAskedFor() =>
        Assert.Contains(
            "the server does not offer TLS. Switch it on there, or clear ssl_enabled.",
            await PingAsync(null, ("ssl_enabled", true)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task NoCertificateIsLeftOnTheDisk()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "connectors-mssql-*");
        Assert.Null(await PingAsync(Own.Value.Certificate, ("ssl_enabled", true), ("ssl_ca", Own.Value.Pem)));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "connectors-mssql-*").Except(before));
    }

    /// <returns>The failure's message; <see langword="null"/> when there was none.</returns>
    private static async Task<string?> PingAsync(X509Certificate2? certificate, params (string Field, JsonNode? Value)[] values)
    {
        await using var server = new TdsTestServer(
            statement =>
                statement.StartsWith("SET ", StringComparison.Ordinal) ? TdsAnswer.Done
                : statement == MsSqlCatalog.SchemaQuery ? TdsAnswer.Rows(1, [1])
                : TdsAnswer.Rows(5, ["orders", true, true, true, 3L]),
            certificate
        );
        await using var source = new MsSqlDataSource(MsSqlFixture.Context([("port", server.Port), .. values]));
        try
        {
            await source.PingAsync(Cancellation);
            Assert.Equal(1, server.Logins);
            return null;
        }
        catch (ConnectorException failure)
        {
            Assert.Equal(0, server.Logins);
            return failure.Message;
        }
    }

    private static (X509Certificate2 Certificate, string Pem) Make()
    {
        using var folder = new TemporaryFolder();
        var pem = TestCertificate.Write(folder.Path);
        return (X509Certificate2.CreateFromPemFile(Path.Combine(folder.Path, "server.crt"), Path.Combine(folder.Path, "server.key")), pem);
    }
}
