using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Sources.Databases.Redis;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.MySql;
using Connectors.Sources.Databases.Sql.PostgreSql;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases;

/// <summary>A wrong port, where something else answers than the database that is meant: no setting of TLS is to blame.</summary>
public sealed class OtherServerTests
{
    private static readonly byte[] Http =
    [
        .. "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8,
    ];

    /// <summary>What MySQL says as soon as somebody connects, as far as others read it.</summary>
    private static readonly byte[] MySql = [0x4A, 0, 0, 0, 10, .. "8.0.32\0"u8, .. new byte[66]];

    /// <summary>A fatal alert: what came is no TLS.</summary>
    private static readonly byte[] Tls = [0x15, 3, 3, 0, 2, 2, 70];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "postgresql",
        "PostgreSQL server 127.0.0.1:{0}: what answers there does not speak the protocol of PostgreSQL. Check port."
    )]
    [InlineData("redis", "Redis server 127.0.0.1:{0}: what answers there does not speak the protocol of Redis. Check port.")]
    [InlineData(
        "mongodb",
        "MongoDB server 127.0.0.1:{0}: what answers there does not speak the protocol of MongoDB. Check the port in host."
    )]
    [InlineData("mssql", "SQL Server 127.0.0.1:{0}: does not answer as SQL Server does. Check host and port.")]
    public async Task AWebServerIsNoDatabase(string source, string message)
    {
        foreach (var hasTls in new[] { false, true })
        {
            await using var server = PortServer.Answering(Http);
            await AssertFailsAsync(server, source, hasTls, FailureKind.Fatal, message);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AMySqlServerIsNoPostgreSql(bool hasTls)
    {
        await using var server = PortServer.Answering(MySql);
        await AssertFailsAsync(
            server,
            "postgresql",
            hasTls,
            FailureKind.Fatal,
            "PostgreSQL server 127.0.0.1:{0}: what answers there does not speak the protocol of PostgreSQL. Check port."
        );
    }

    /// <summary>The text is the driver's, which waits 15 seconds for it.</summary>
    [Fact]
    public void AServerThatDoesNotGreetIsNoMySql() =>
        Assert.Equal(
            "MySQL server 127.0.0.1:1: no greeting of a MySQL or MariaDB server in time. Check host, port and firewalls: something else "
                + "may answer there, or nothing.",
            new MySqlErrors(new MySqlConfiguration(Settings("mysql", 1, hasTls: false)))
                .Explain("list the tables", new IOException("late", new SocketException((int)SocketError.OperationAborted)))
                .Message
        );

    [Theory]
    [InlineData(
        "postgresql",
        "PostgreSQL server 127.0.0.1:{0}: the connection broke, trying to list the tables. If it never worked, check host and port: "
            + "something else may answer there."
    )]
    [InlineData(
        "mysql",
        "MySQL server 127.0.0.1:{0}: what answers there closes the connection before it greets as MySQL and MariaDB do. Check port, and "
            + "that the server takes connections from this machine."
    )]
    [InlineData("mssql", "SQL Server 127.0.0.1:{0}: the connection broke, trying to list the tables. Check host, port and firewalls.")]
    public async Task AServerThatClosesEveryConnectionMayBeAnother(string source, string message)
    {
        foreach (var hasTls in new[] { false, true })
        {
            await using var server = PortServer.Closing();
            await AssertFailsAsync(server, source, hasTls, FailureKind.Retry, message);
        }
    }

    [Theory]
    [InlineData(
        "mongodb",
        false,
        "MongoDB server 127.0.0.1:{0}: it closes the connection at once. If it requires TLS, set ssl_enabled; if something else answers "
            + "there, correct the port in host."
    )]
    [InlineData(
        "mongodb",
        true,
        "MongoDB server 127.0.0.1:{0}: it closes the connection, perhaps because it does not offer TLS. If so, switch it on there, or "
            + "clear ssl_enabled."
    )]
    [InlineData(
        "redis",
        false,
        "Redis server 127.0.0.1:{0}: could not be reached. Check host, port and ssl_enabled, and that the server runs."
    )]
    [InlineData(
        "redis",
        true,
        "Redis server 127.0.0.1:{0}: it closes the connection when TLS begins. If it does not offer TLS, switch it on there, or clear "
            + "ssl_enabled; if something else answers there, correct port."
    )]
    public async Task AServerThatClosesEveryConnectionMayMissTls(string source, bool hasTls, string message)
    {
        await using var server = PortServer.Closing();
        await AssertFailsAsync(server, source, hasTls, FailureKind.Retry, message);
    }

    [Fact]
    public async Task ARedisThatTakesTlsOnlySaysSo()
    {
        await using var server = PortServer.Answering(Tls);
        await AssertFailsAsync(
            server,
            "redis",
            hasTls: false,
            FailureKind.Fatal,
            "Redis server 127.0.0.1:{0}: the server takes connections with TLS only. Set ssl_enabled."
        );
    }

    private static async Task AssertFailsAsync(PortServer server, string source, bool hasTls, FailureKind kind, string message)
    {
        var context = new SourceContext { Settings = Settings(source, server.Port, hasTls) };
        await using IDataSource made = source switch
        {
            "postgresql" => new PostgreSqlDataSource(context),
            "mysql" => new MySqlDataSource(context),
            "mssql" => new MsSqlDataSource(context),
            "mongodb" => new MongoDataSource(context),
            _ => new RedisDataSource(context),
        };
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => made.PingAsync(Cancellation));
        Assert.Equal(
            message.Replace("{0}", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal),
            failure.Message
        );
        Assert.Equal(kind, failure.Kind);
    }

    private static SourceSettings Settings(string source, int port, bool hasTls) =>
        new(
            new Dictionary<string, JsonNode?>
            {
                ["host"] = source == "mongodb" ? $"127.0.0.1:{port}/?serverSelectionTimeoutMS=1000" : "127.0.0.1",
                ["port"] = port,
                ["username"] = "u",
                ["user"] = "u",
                ["password"] = "p",
                ["database"] = source == "redis" ? "0" : "d",
                ["collection"] = "c",
                ["schema"] = "public",
                ["tables"] = "*",
                ["ssl_enabled"] = hasTls,
            }
        );
}
