using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlChangeTests(PostgreSqlServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UnchangedIsSaidWhileNothingWasCommitted()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); INSERT INTO a VALUES (1)", Cancellation);
        await using var source = server.Source(database);
        var first = await source.HasChangedAsync(null, Cancellation);
        Assert.True(first.HasChanged);
        Assert.NotNull(first.ChangeToken);
        Assert.False((await source.HasChangedAsync(first.ChangeToken, Cancellation)).HasChanged);
        await server.RunAsync(database, "INSERT INTO a VALUES (2)", Cancellation);
        Assert.True((await source.HasChangedAsync(first.ChangeToken, Cancellation)).HasChanged);
    }

    [Fact]
    public async Task AnOpenTransactionMeansNoChangeToken()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database);
        await using var other = await server.ConnectAsync(database, Cancellation);
        await using (var transaction = await other.BeginTransactionAsync(Cancellation))
        {
            await using var command = other.CreateCommand();
            (command.CommandText, command.Transaction) = ("INSERT INTO a VALUES (1)", transaction);
            await command.ExecuteNonQueryAsync(Cancellation);
            Assert.Null((await source.HasChangedAsync(null, Cancellation)).ChangeToken);
        }

        Assert.NotNull((await source.HasChangedAsync(null, Cancellation)).ChangeToken);
    }

    [Fact]
    public async Task RowSecurityMeansNoChangeToken()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); ALTER TABLE a ENABLE ROW LEVEL SECURITY", Cancellation);
        await using var source = server.Source(database);
        Assert.Null((await source.HasChangedAsync(null, Cancellation)).ChangeToken);
    }
}
