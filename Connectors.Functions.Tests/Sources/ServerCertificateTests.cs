using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Sources.Databases.Redis;
using Connectors.Sources.Databases.Sql.MySql;
using Connectors.Sources.Databases.Sql.PostgreSql;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Sources.Rest.GitLab;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Sources.Rest.Jira;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>What sources say of a server whose certificate they don't take: which of the things that can be wrong with it is, and the way
/// out.</summary>
public sealed class ServerCertificateTests
{
    /// <summary>Stands for the day on which the server was asked.</summary>
    private const string Today = "(today)";
    private const string Databases = "the TLS connection failed: ";
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<X509Certificate2> Root = new(() => Issue("our root", issuer: null, Begin, End));
    private static readonly Lazy<X509Certificate2> Other = new(() => Issue("their root", issuer: null, Begin, End));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sources with a field ssl_ca, how what they say begins, and the field that names the host.</summary>
    public static TheoryData<string, string, string> Sources =>
        new()
        {
            { "postgresql", Databases, "host" },
            { "mysql", Databases, "host" },
            { "mongodb", Databases, "host" },
            { "redis", Databases, "host" },
            { "gitlab", string.Empty, "url" },
        };

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task AnAuthorityThatIsNotKnown(string source, string before, string _)
    {
        var server = Issue("server", Root.Value, Begin, End);
        await AssertRefusedAsync(
            source,
            server,
            Other.Value,
            before
                + "the server's certificate was signed by the authority 'CN=our root', which is not in ssl_ca. Paste the authority's "
                + "certificate (PEM) there."
        );
        await AssertRefusedAsync(
            source,
            server,
            authority: null,
            before
                + "the server's certificate was signed by the authority 'CN=our root', which is not trusted on this machine. Paste the "
                + "authority's certificate (PEM) into ssl_ca."
        );
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task AnotherName(string source, string before, string field) =>
        await AssertRefusedAsync(
            source,
            Issue("server", Root.Value, Begin, End, "db.example", "*.db.example", "a.example", "b.example"),
            Root.Value,
            before
                + "the server's certificate is not for '127.0.0.1', but for 'db.example', '*.db.example', 'a.example' and 1 more. Write a "
                + $"name of the certificate in {field}, or have one made for this name."
        );

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task ATimeThatIsOverOrHasNotBegun(string source, string before, string _)
    {
        var over = new DateTimeOffset(2025, 3, 4, 12, 0, 0, TimeSpan.Zero);
        await AssertRefusedAsync(
            source,
            Issue("server", Root.Value, Begin, over),
            Root.Value,
            $"{before}the server's certificate is valid from 2020-01-01 to 2025-03-04, and today is {Today}. Renew it on the server."
        );
        await AssertRefusedAsync(
            source,
            Issue("server", Root.Value, End.AddYears(-1), End),
            Root.Value,
            $"{before}the server's certificate is valid from 2089-01-01 to 2090-01-01, and today is {Today}. Renew it on the server."
        );
    }

    [Fact]
    public async Task AnAuthorityWhoseTimeIsOver()
    {
        var over = new DateTimeOffset(2025, 3, 4, 12, 0, 0, TimeSpan.Zero);
        var old = Issue("old root", issuer: null, Begin, over);
        await AssertRefusedAsync(
            "gitlab",
            Issue("server", old, Begin, End),
            old,
            $"the certificate 'CN=old root', which signed the server's, is valid from 2020-01-01 to 2025-03-04, and today is {Today}. "
                + "Renew it, or have the server's signed by another one."
        );
    }

    [Fact]
    public async Task ACertificateThatSignedItself() =>
        await AssertRefusedAsync(
            "redis",
            Issue("server", issuer: null, Begin, End),
            authority: null,
            Databases
                + "the server's certificate was signed by itself, and is not trusted on this machine. Paste it (PEM) into ssl_ca."
        );

    [Fact]
    public async Task ASourceWithoutAFieldForAuthorities() =>
        await AssertRefusedAsync(
            "http_json",
            Issue("server", Root.Value, Begin, End),
            authority: null,
            "the server's certificate was signed by the authority 'CN=our root', which is not trusted on this machine. Add the "
                + "authority's certificate to those that this machine trusts."
        );

    /// <summary>The field counts where another one is on.</summary>
    [Fact]
    public async Task ASourceWhoseFieldForAuthoritiesIsSwitchedOff() =>
        await AssertRefusedAsync(
            "jira",
            Issue("server", Root.Value, Begin, End),
            authority: null,
            "the server's certificate was signed by the authority 'CN=our root', which is not trusted on this machine. Paste the "
                + "authority's certificate (PEM) into ssl_ca, and switch ssl_enabled on."
        );

    /// <summary>Its client checks certificates itself, and .NET then says what is wrong and not with which.</summary>
    [Theory]
    [InlineData("127.0.0.1", "(its certificate was signed by an authority that this machine does not trust)")]
    [InlineData("db.example", "(its certificate is made for another name)")]
    public async Task AClientThatChecksItself(string name, string cause)
    {
        var failure = await FailureAsync("s3", Issue("server", Root.Value, Begin, End, name), authority: null);
        Assert.Contains(cause, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Fact]
    public void AHostThatNoFieldNamesIsNotToBeCorrected()
    {
        var failure = new HttpRequestException("TLS", new CertificateRefusedException(isOfName: true, "it is not for 'a', but for 'b'."));
        Assert.Equal(
            "Slack: it is not for 'a', but for 'b'. Something in between may answer in its place.",
            RestErrors.Unanswered("Slack", field: null, failure)?.Message
        );
    }

    private static async Task AssertRefusedAsync(string source, X509Certificate2 server, X509Certificate2? authority, string message)
    {
        var before = Day();
        var failure = await FailureAsync(source, server, authority);

        // The test may run across midnight.
        var today = failure.Message.Contains(before, StringComparison.Ordinal) ? before : Day();
        Assert.EndsWith($": {message.Replace(Today, today, StringComparison.Ordinal)}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    private static string Day() => $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}";

    private static async Task<ConnectorException> FailureAsync(string source, X509Certificate2 certificate, X509Certificate2? authority)
    {
        await using var server = new PortServer(
            async (stream, token) =>
            {
                await BeginTlsAsync(source, stream, token);
                await using var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [], offline: true),
                    },
                    token
                );
                _ = await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, token);
            }
        );
        var values = new Dictionary<string, JsonNode?>
        {
            ["host"] = source == "mongodb" ? $"127.0.0.1:{server.Port}/?serverSelectionTimeoutMS=2000" : "127.0.0.1",
            ["port"] = server.Port,
            ["username"] = "u",
            ["user"] = "u",
            ["password"] = "p",
            ["token"] = "t",
            ["id_pointer"] = "/id",
            ["database"] = source == "redis" ? "0" : "d",
            ["collection"] = "c",
            ["schema"] = "public",
            ["tables"] = "*",
            ["projects"] = "*",
            ["ssl_enabled"] = source != "jira",
            ["ssl_ca"] = authority?.ExportCertificatePem() ?? string.Empty,
            ["url"] = $"https://127.0.0.1:{server.Port}/",
            ["endpoint_url"] = $"https://127.0.0.1:{server.Port}/",
            ["buckets"] = "one",
            ["aws_access_key_id"] = "key",
            ["aws_secret_access_key"] = "secret",
            ["data_source"] = "jira_server",
            ["jira_url"] = $"https://127.0.0.1:{server.Port}/",
            ["allowed_hosts"] = "127.0.0.1",
        };
        var context = new SourceContext { Settings = new SourceSettings(values) };
        await using IDataSource made = source switch
        {
            "postgresql" => new PostgreSqlDataSource(context),
            "mysql" => new MySqlDataSource(context),
            "mongodb" => new MongoDataSource(context),
            "redis" => new RedisDataSource(context),
            "gitlab" => new GitLabDataSource(context),
            "jira" => new JiraDataSource(context),
            "s3" => new S3DataSource(context),
            _ => new HttpJsonDataSource(context),
        };
        return await Assert.ThrowsAsync<ConnectorException>(() => made.PingAsync(Cancellation));
    }

    /// <summary>What is said before TLS begins.</summary>
    private static async Task BeginTlsAsync(string source, NetworkStream stream, CancellationToken cancellationToken)
    {
        if (source == "postgresql")
        {
            await stream.ReadExactlyAsync(new byte[8], cancellationToken);
            await stream.WriteAsync("S"u8.ToArray(), cancellationToken);
        }
        else if (source == "mysql")
        {
            // The greeting of protocol 10 with the flags of TLS and of what the client needs, and the answer that asks for TLS.
            byte[] greeting =
            [
                10,
                .. "8.0.32\0"u8,
                1,
                0,
                0,
                0,
                .. "12345678"u8,
                0,
                0xFF,
                0xFF,
                45,
                2,
                0,
                0xFF,
                0xDF,
                21,
                .. new byte[10],
                .. "123456789012\0"u8,
                .. "mysql_native_password\0"u8,
            ];
            await stream.WriteAsync((byte[])[(byte)greeting.Length, 0, 0, 0, .. greeting], cancellationToken);
            await stream.ReadExactlyAsync(new byte[36], cancellationToken);
        }
    }

    private static X509Certificate2 Issue(
        string name,
        X509Certificate2? issuer,
        DateTimeOffset from,
        DateTimeOffset to,
        params string[] hosts
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.DefaultIfEmpty("127.0.0.1"))
        {
            if (System.Net.IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using var signer = issuer.GetECDsaPrivateKey()!;
        using var issued = request.Create(
            issuer.SubjectName,
            X509SignatureGenerator.CreateForECDsa(signer),
            from,
            to,
            RandomNumberGenerator.GetBytes(8)
        );
        return issued.CopyWithPrivateKey(key);
    }
}
