using System.Net;
using System.Net.Sockets;
using Connectors.Abstractions;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlDatabaseTests(MariaDbServer server) : SqlDatabaseTests(server)
{
    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'mirror'")]
    [InlineData("user", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("database", "no_shop", FailureKind.Fatal, "has no database 'no_shop'")]
    [InlineData("tables", "a, A", FailureKind.Fatal, "has no table 'A'")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "MySQL server no-such-host.invalid")]
    [InlineData("port", "1", FailureKind.Retry, ":1: can't be reached. Check host, port and firewalls, and that the server runs.")]
    [InlineData("port", "0", FailureKind.Fatal, "port: 0 is out of range")]
    public Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence) =>
        AssertWrongValueIsExplainedAsync(field, value, kind, sentence);

    [Fact]
    public async Task AServerWithoutTlsIsToldFromOneThatCanNotBeReached()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var greeting = GreetWithoutTlsAsync(listener);
        await using var plain = server.Source(
            database,
            ("port", ((IPEndPoint)listener.LocalEndpoint).Port),
            ("ssl_enabled", true),
            ("ssl_ca", server.Certificate)
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => plain.PingAsync(Cancellation));

        await greeting;
        Assert.EndsWith(
            ": the server does not offer TLS. Switch it on there, or clear ssl_enabled.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    protected override string ChangeKey => "ALTER TABLE a DROP PRIMARY KEY, ADD PRIMARY KEY (m)";

    protected override string LockTableA => "LOCK TABLES a WRITE";

    protected override Task AddReaderAsync(string database, string[] readable, string[] closed) =>
        server.RunAsync(
            database,
            string.Join(
                ';',
                readable
                    .Select(table => $"GRANT SELECT ON {table} TO limited@'%'")
                    .Concat(closed.Select(table => $"GRANT INSERT ON {table} TO limited@'%'"))
                    .Prepend("CREATE OR REPLACE USER limited@'%' IDENTIFIED BY 'x'")
            ),
            Cancellation
        );

    /// <summary>Passes the server's greeting on without the flag that offers TLS, and ends.</summary>
    private async Task GreetWithoutTlsAsync(TcpListener listener)
    {
        const int Header = 4;
        const int VersionAt = Header + 1;
        const byte OffersTls = 0x08;
        using var source = await listener.AcceptTcpClientAsync(Cancellation);
        using var real = new TcpClient();
        await real.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
        var greeting = new byte[1024];
        var length = await real.GetStream().ReadAsync(greeting, Cancellation);

        // The version and its end, a thread id of four bytes, eight of the salt, a zero; then the flags: TLS is in their second byte.
        var flags = greeting.AsSpan(VersionAt).IndexOf((byte)0) + VersionAt + 1 + 4 + 8 + 1;
        greeting[flags + 1] &= unchecked((byte)~OffersTls);
        await source.GetStream().WriteAsync(greeting.AsMemory(0, length), Cancellation);
    }
}
