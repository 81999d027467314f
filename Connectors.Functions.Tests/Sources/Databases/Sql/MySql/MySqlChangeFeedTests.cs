using Connectors.Abstractions;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlChangeFeedTests(MariaDbServer server)
    : SqlChangeFeedTests(server, "timestamp(6) NULL DEFAULT NULL", "datetime(6)", "SET time_zone = '+00:00'", "UTC_TIMESTAMP(6)")
{
    private readonly MariaDbServer _server = server;

    [Theory]
    [InlineData("timestamp NOT NULL DEFAULT 0")]
    [InlineData("datetime NULL")]
    [InlineData("date NOT NULL")]
    public async Task ADateOfZerosSaysAsLittleAsNull(string type)
    {
        var database = await _server.CreateDatabaseAsync(Cancellation);
        await _server.RunAsync(
            database,
            $"SET sql_mode = ''; CREATE TABLE a (n int PRIMARY KEY, changed {type}); INSERT INTO a VALUES (1, '0000-00-00'), (2, "
                + "'2001-01-01')",
            Cancellation
        );
        await using var source = _server.Source(database, ("incremental_column", "changed"));
        var feed = (IChangeFeed)source;

        using var page = await feed.ReadChangesAsync(
            (await feed.FindCursorAsync(Cancellation)).Cursor!,
            PageToken.Start,
            PageLimits.Default,
            Cancellation
        );

        Assert.Equal(1, page.Upserts.Count);
        Assert.Equal("a_1", System.Text.Encoding.UTF8.GetString(page.Upserts[0].Id.Span));
    }
}
