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
}
