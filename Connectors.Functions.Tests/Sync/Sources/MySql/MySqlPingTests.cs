using Connectors.Sync;
using Connectors.Sync.Sources;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using MySqlConnector;
using Xunit;

namespace Connectors.Tests.Sync.Sources.MySql;

[Collection("MariaDB")]
public sealed class MySqlPingTests(MariaDbServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'mirror'")]
    [InlineData("user", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("database", "no_shop", FailureKind.Fatal, "has no database 'no_shop'")]
    [InlineData("tables", "a, A", FailureKind.Fatal, "has no table 'A'")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "MySQL server no-such-host.invalid")]
    [InlineData("port", "0", FailureKind.Fatal, "port: 0 is out of range")]
    public async Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database, (field, value));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain(MariaDbServer.Password, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATableThatIsNamedMustBeReadable()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); CREATE OR REPLACE USER reader@'%' IDENTIFIED BY 'x'; GRANT INSERT ON a TO reader@'%'", Cancellation);
        await using var source = server.Source(database, ("user", "reader"), ("password", "x"), ("tables", "a"));
        Assert.Contains("may not read the table 'a'. Grant SELECT", (await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateIsCheckedAgainstTheAuthorityThatIsGiven()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);

        // Kibana's text box makes one line of it.
        await using var trusted = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate.ReplaceLineEndings(" ")));
        await trusted.PingAsync(Cancellation);
        await using var unknown = server.Source(database, ("ssl_enabled", true));
        Assert.Contains("the TLS connection failed", (await Assert.ThrowsAsync<ConnectorException>(() => unknown.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
        await using var otherName = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate), ("host", "localhost"));
        Assert.Contains("the TLS connection failed", (await Assert.ThrowsAsync<ConnectorException>(() => otherName.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQueryThatWaitsForALockEndsAtTheTimeout()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database, ("statement_timeout", 1));
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        await using var other = await server.ConnectAsync(database, Cancellation);
        await using var command = new MySqlCommand("LOCK TABLES a WRITE", other);
        await command.ExecuteNonQueryAsync(Cancellation);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains("Raise statement_timeout", failure.Message, StringComparison.Ordinal);
    }
}
