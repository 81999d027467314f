using Connectors.Abstractions;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlDatabaseTests(PostgreSqlServer server) : SqlDatabaseTests(server)
{
    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'postgres'")]
    [InlineData("username", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("password", "", FailureKind.Fatal, "asks for a password. Set the field password.")]
    [InlineData("database", "shop", FailureKind.Fatal, "has no database 'shop'")]
    [InlineData("schema", "Public", FailureKind.Fatal, "has no schema 'Public'")]
    [InlineData("tables", "a, A", FailureKind.Fatal, "has no table 'A'")]
    [InlineData("tables", " ", FailureKind.Fatal, "tables: no table.")]
    [InlineData("tables", "-a", FailureKind.Fatal, "tables: no table.")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "the name is unknown")]
    [InlineData("port", "70000", FailureKind.Fatal, "port: 70000 is out of range")]
    [InlineData("ssl_ca", "not pem", FailureKind.Fatal, "ssl_ca: no certificate in it")]
    public Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence) =>
        AssertWrongValueIsExplainedAsync(field, value, kind, sentence);

    [Fact]
    public async Task AServerWithoutTlsIsToldFromOneThatCanNotBeReached()
    {
        await using var plain = server.Source(
            await server.CreateDatabaseAsync(Cancellation),
            ("ssl_enabled", true),
            ("ssl_ca", server.Certificate)
        );
        await AssertPingFailsAsync(plain, "does not offer TLS");
    }

    protected override string ChangeKey => "ALTER TABLE a DROP CONSTRAINT k, ADD PRIMARY KEY (m)";

    protected override string LockTableA => "BEGIN; LOCK TABLE a";

    protected override Task AddReaderAsync(string database, string[] readable, string[] closed) =>
        server.RunAsync(
            database,
            string.Join(
                ';',
                readable
                    .Select(table => $"GRANT SELECT ON {table} TO limited")
                    .Prepend("DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN PASSWORD 'x'")
            ),
            Cancellation
        );

    protected override Task RemoveReaderAsync(string database) =>
        server.RunAsync(database, "DROP OWNED BY limited; DROP ROLE limited", Cancellation);

    protected override async Task<IAsyncDisposable?> SwitchTlsOnAsync()
    {
        await server.SwitchTlsAsync(on: true, Cancellation);
        return new TlsOff(server);
    }

    private sealed class TlsOff(PostgreSqlServer server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await server.SwitchTlsAsync(on: false, Cancellation);
    }
}
