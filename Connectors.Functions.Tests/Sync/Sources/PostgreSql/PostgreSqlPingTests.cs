using System.Text.Json.Nodes;
using Connectors.Sync;
using Connectors.Sync.Sources;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Npgsql;
using Xunit;

namespace Connectors.Tests.Sync.Sources.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlPingTests(PostgreSqlServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'postgres'")]
    [InlineData("username", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("password", "", FailureKind.Fatal, "asks for a password. Set the field password.")]
    [InlineData("database", "shop", FailureKind.Fatal, "has no database 'shop'")]
    [InlineData("schema", "Public", FailureKind.Fatal, "has no schema 'Public'")]
    [InlineData("tables", "a, A", FailureKind.Fatal, "has no table 'A'")]
    [InlineData("tables", "", FailureKind.Fatal, "tables: no table.", true)]
    [InlineData("tables", "-a", FailureKind.Fatal, "tables: no table.")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "the name is unknown")]
    [InlineData("port", "70000", FailureKind.Fatal, "port: 70000 is out of range")]
    [InlineData("ssl_ca", "not pem", FailureKind.Fatal, "ssl_ca: no certificate in it")]
    public async Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence, bool asSpace = false)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database, (field, asSpace ? " " : value), ("ssl_enabled", field == "ssl_ca"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain(PostgreSqlServer.Password, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyDatabaseIsAMistakeAndATableThatIsNamedMustBeReadable()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await using var empty = server.Source(database);
        Assert.Contains("has no table that the user can see", (await Assert.ThrowsAsync<ConnectorException>(() => empty.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'x'", Cancellation);
        await using var named = server.Source(database, ("username", "reader"), ("password", "x"), ("tables", new JsonArray("a")));
        Assert.Contains("may not read the table 'a'. Grant SELECT", (await Assert.ThrowsAsync<ConnectorException>(() => named.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
        await server.RunAsync(database, "DROP ROLE reader", Cancellation);
    }

    [Fact]
    public async Task ACertificateIsCheckedAgainstTheAuthorityThatIsGiven()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);

        await server.SwitchTlsAsync(on: true, Cancellation);

        // Kibana's text box makes one line of it.
        await using var trusted = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate.ReplaceLineEndings(" ")));
        await trusted.PingAsync(Cancellation);
        await using var unknown = server.Source(database, ("ssl_enabled", true));
        Assert.Contains("the TLS connection failed", (await Assert.ThrowsAsync<ConnectorException>(() => unknown.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
        await using var otherName = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate), ("host", "localhost"));
        Assert.Contains("the TLS connection failed", (await Assert.ThrowsAsync<ConnectorException>(() => otherName.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
        await server.SwitchTlsAsync(on: false, Cancellation);
        await using var plain = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate));
        Assert.Contains("does not offer TLS", (await Assert.ThrowsAsync<ConnectorException>(() => plain.PingAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQueryThatWaitsForALockEndsAtTheTimeout()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database, ("statement_timeout", 1));
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        await using var other = await server.ConnectAsync(database, Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand("LOCK TABLE a", other, transaction);
        await command.ExecuteNonQueryAsync(Cancellation);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains("Raise statement_timeout", failure.Message, StringComparison.Ordinal);
    }
}
