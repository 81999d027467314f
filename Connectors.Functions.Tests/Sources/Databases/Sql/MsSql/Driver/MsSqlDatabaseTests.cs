using Connectors.Abstractions;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Support.TSql;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

[Collection("TDS")]
public sealed class MsSqlDatabaseTests(TdsServer server) : SqlDatabaseTests(server)
{
    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'sa'")]
    [InlineData("username", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("database", "no_shop", FailureKind.Fatal, "has no database 'no_shop'")]
    [InlineData("schema", "DBO", FailureKind.Fatal, "has no schema 'DBO'")]
    [InlineData("tables", "a, A", FailureKind.Fatal, "has no table 'A'")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "the name is unknown")]
    [InlineData("port", "70000", FailureKind.Fatal, "port: 70000 is out of range")]
    [InlineData("ssl_ca", "not pem", FailureKind.Fatal, "ssl_ca: no certificate in it")]
    public Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence) =>
        AssertWrongValueIsExplainedAsync(field, value, kind, sentence);

    protected override string ChangeKey => "ALTER TABLE a DROP CONSTRAINT k; ALTER TABLE a ADD PRIMARY KEY (m)";

    protected override string LockTableA => "BEGIN TRANSACTION; SELECT * FROM a WITH (TABLOCKX)";

    protected override Task AddReaderAsync(string database, string[] readable, string[] closed)
    {
        server.Data.Users["limited"] = new TSqlUser("x", readable);
        return Task.CompletedTask;
    }

    protected override Task<IAsyncDisposable?> SwitchTlsOnAsync() => Task.FromResult<IAsyncDisposable?>(server.WithTls());
}
