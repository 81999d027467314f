using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>Changes by a column with a time, over every database server.</summary>
/// <param name="server">The server.</param>
/// <param name="instant">Its type of a time in UTC.</param>
/// <param name="zoneless">Its type of a time without a zone.</param>
/// <param name="utc">The statement that has texts of the session in UTC.</param>
/// <param name="clock">SQL for its time now, in UTC.</param>
public abstract class SqlChangeFeedTests(SqlServer server, string instant, string zoneless, string utc, string clock)
{
    private static readonly string[] Schemas = ["_public_", "_dbo_"];
    private static readonly DateTimeOffset Noon = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NewAndChangedRowsComeAndThoseThatWereCommittedLateAndThoseThatDoNotTell()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {instant})",
            "INSERT INTO a VALUES (1, '2024-06-01 11:44:00'), (2, '2024-06-01 11:46:00'), (3, '2024-06-01 12:00:00'), (4, '2024-06-01 "
                + "12:30:00'), (5, NULL), (6, '2023-01-01 00:00:00')"
        );
        await using var source = Source(database);

        Assert.Equal(["a_2", "a_3", "a_4", "a_5"], (await ReadAsync(source, await CursorAsync(source), PageLimits.Default)).Ids);
    }

    [Theory]
    [InlineData("2024-05-31 23:44:00", "2024-05-31 23:46:00", null)]
    [InlineData("2024-05-30", "2024-05-31", "date")]
    public async Task OfTimesWithoutAZoneTwelveHoursMoreComeBecauseNobodyKnowsTheZone(string old, string changed, string? type)
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {type ?? zoneless})",
            $"INSERT INTO a VALUES (1, '{old}'), (2, '{changed}'), (3, NULL)"
        );
        await using var source = Source(database);

        Assert.Equal(["a_2", "a_3"], (await ReadAsync(source, await CursorAsync(source), PageLimits.Default)).Ids);
    }

    [Fact]
    public async Task ATableThatCanNotTellIsReadWhole()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {instant}); CREATE TABLE b (n int PRIMARY KEY); CREATE TABLE c (n int PRIMARY "
                + "KEY, changed int)",
            "INSERT INTO a VALUES (1, '2024-01-01 00:00:00'), (2, '2024-06-01 13:00:00'); INSERT INTO b VALUES (1), (2); INSERT INTO c "
                + "VALUES (1, 7)"
        );
        await using var source = Source(database);

        Assert.Equal(["a_2", "b_1", "b_2", "c_1"], (await ReadAsync(source, await CursorAsync(source), PageLimits.Default)).Ids);
    }

    [Fact]
    public async Task ManyChangesComeInPagesAndFromEveryTokenInAnotherProcess()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int, o varchar(20), changed {instant}, CONSTRAINT k PRIMARY KEY (n, o)); CREATE TABLE b (n int PRIMARY "
                + $"KEY, changed {instant}); CREATE TABLE c (n int PRIMARY KEY)",
            "INSERT INTO a VALUES "
                + $"{string.Join(", ", Enumerable.Range(1, 20).Select(n => $"({n}, 'x|{n % 3}', '2024-06-01 {(n % 2 == 0 ? 13 : 10)}:00:00')"))}; INSERT INTO c VALUES (1), (2), (3)"
        );
        string cursor;
        Reading whole;
        await using (var source = Source(database))
        {
            cursor = await CursorAsync(source);
            whole = await ReadAsync(source, cursor, new PageLimits(3, int.MaxValue));
        }

        Assert.Equal([.. from n in Enumerable.Range(1, 10) select $"a_{n * 2}_x|{n * 2 % 3}", "c_1", "c_2", "c_3"], whole.Ids);
        Assert.True(whole.Tokens.Count > 5);
        for (var i = 0; i < whole.Tokens.Count; i++)
        {
            await using var other = Source(database);
            var rest = await ReadAsync(other, cursor, new PageLimits(50, int.MaxValue), whole.Tokens[i]);
            Assert.Equal(whole.Ids.Skip(whole.Before[i]), rest.Ids);
            Assert.Equal(whole.Cursor, rest.Cursor);
        }
    }

    [Fact]
    public async Task TheCursorIsTheTimeOfTheServerWhenTheReadingBegan()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {instant})",
            "INSERT INTO a VALUES (1, NULL), (2, NULL)"
        );
        var context = SomeSettings.Of(Values(database), server.Fields);
        await using var source = server.Source(
            new SourceContext
            {
                Settings = context.Settings,
                TimeProvider = new FakeTimeProvider(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            },
            rowsAPartition: 5
        );
        var before = await NowAsync(database);
        var start = (await ((IChangeFeed)source).FindCursorAsync(Cancellation)).Cursor!;
        var between = await NowAsync(database);
        using var first = await ((IChangeFeed)source).ReadChangesAsync(
            start,
            PageToken.Start,
            new PageLimits(1, int.MaxValue),
            Cancellation
        );
        var after = await NowAsync(database);
        var rest = await ReadAsync(source, start, PageLimits.Default, first.Upserts.Next);

        Assert.InRange(SqlChangeCursor.Parse(start)!.Time, before, between);
        Assert.InRange(SqlChangeCursor.Parse(rest.Cursor)!.Time, between, after);
    }

    [Fact]
    public async Task WithoutAColumnThereIsNoHistoryAndAnOldCursorIsExpired()
    {
        var database = await FilledAsync($"CREATE TABLE a (n int PRIMARY KEY, changed {instant})", "INSERT INTO a VALUES (1, NULL)");
        await using var named = Source(database);
        var cursor = await CursorAsync(named);
        await using var source = server.Source(database);

        var start = await ((IChangeFeed)source).FindCursorAsync(Cancellation);

        Assert.Equal(
            (null, "No column tells when a row changed. Name one in the field incremental_column."),
            (start.Cursor, start.Unavailable)
        );
        Assert.Equal(start.Unavailable, await LostAsync(source, cursor));
    }

    [Theory]
    [InlineData("CREATE TABLE b (n int PRIMARY KEY)")]
    [InlineData("DROP TABLE old")]
    [InlineData("ALTER TABLE a ADD note varchar(9) DEFAULT 'x'")]
    public async Task OtherTablesOrColumnsHaveEverythingRead(string change)
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {instant}); CREATE TABLE old (n int PRIMARY KEY)",
            "INSERT INTO a VALUES (1, NULL)"
        );
        await using var source = Source(database);
        var cursor = await CursorAsync(source);
        Assert.Null(await LostAsync(source, cursor));
        await server.RunAsync(database, change, Cancellation);
        await using var next = Source(database);

        Assert.Equal(
            "Tables or their columns, or the field incremental_column, are others than at the last sync.",
            await LostAsync(next, cursor)
        );
    }

    [Fact]
    public async Task AnUnknownCursorOrOneAheadOfTheServerIsExpired()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, changed {instant}, other {instant})",
            "INSERT INTO a VALUES (1, NULL, NULL)"
        );
        await using var source = Source(database);
        var cursor = SqlChangeCursor.Parse(await CursorAsync(source))!;
        await using var other = server.Source(database, ("incremental_column", "other"));

        Assert.Equal("The stored time of the last sync can't be read.", await LostAsync(source, "yesterday"));
        Assert.Equal(
            "The clock of the database server is behind the time of the last sync.",
            await LostAsync(source, (cursor with { Time = Noon.AddYears(500) }).ToString())
        );
        Assert.Equal(
            "Tables or their columns, or the field incremental_column, are others than at the last sync.",
            await LostAsync(other, cursor.ToString())
        );
    }

    [Fact]
    public async Task AColumnThatNoTableHasIsSaid()
    {
        var database = await FilledAsync($"CREATE TABLE a (n int PRIMARY KEY, changed {instant})", "INSERT INTO a VALUES (1, NULL)");
        await using var right = Source(database);
        await right.PingAsync(Cancellation);
        await using var wrong = server.Source(database, ("incremental_column", "chanegd"));

        var failure = await Assert.ThrowsAsync<Connectors.Abstractions.ConnectorException>(() => wrong.PingAsync(Cancellation));

        Assert.Contains(
            "no table has a column 'chanegd' with a date, or a date and a time. Correct the field incremental_column",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AfterAFullSyncAnIncrementalOneMakesTheIndexEqual()
    {
        var database = await FilledAsync(
            $"CREATE TABLE a (n int PRIMARY KEY, note varchar(9), changed {instant}); CREATE TABLE b (n int PRIMARY KEY)",
            $"INSERT INTO a VALUES {string.Join(", ", Enumerable.Range(1, 9).Select(n => $"({n}, 'old', '2024-01-01 00:00:00')"))}; "
                + "INSERT INTO b VALUES (1)"
        );
        using var fixture = new EngineFixture();
        fixture.Options = fixture.Options with { Page = new PageLimits(2, int.MaxValue) };
        await using (var source = Source(database))
        {
            fixture.Request = fixture.Request with
            {
                Cursor = (await fixture.RunNextAsync(source)).Cursor?.DeepClone().AsObject(),
                Kind = SyncKind.Incremental,
            };
        }

        fixture.Index.Written.Clear();
        await server.RunAsync(
            database,
            $"{utc}; UPDATE a SET note = 'new', changed = {clock} WHERE n IN (2, 5, 8); INSERT INTO a VALUES (10, 'new', {clock}); "
                + "INSERT INTO b VALUES (2)",
            Cancellation
        );
        await using (var source = Source(database))
        {
            var outcome = await fixture.RunNextAsync(source);
            Assert.Equal((SyncEnd.Completed, null, 6L, 0L), (outcome.End, outcome.Fallback, outcome.Counts.Read, outcome.Counts.Deleted));
            Assert.NotNull(outcome.Cursor);
        }

        using var fresh = new EngineFixture();
        await using var again = Source(database);
        await fresh.RunAsync(again);
        Assert.Equal(12, fresh.Index.Documents.Count);
        Assert.Equal(Bodies(fresh), Bodies(fixture));

        // The row of b that did not change was read, as b has no times, and is left alone.
        Assert.Equal(5, fixture.Index.Written.Count);
    }

    [Fact]
    public async Task WithoutAColumnAnIncrementalSyncIsAFullOneAndSaysSo()
    {
        var database = await FilledAsync($"CREATE TABLE a (n int PRIMARY KEY, changed {instant})", "INSERT INTO a VALUES (1, NULL)");
        using var fixture = new EngineFixture();
        await using var source = server.Source(database);
        var full = await fixture.RunNextAsync(source);
        Assert.Null(full.Cursor);
        await server.RunAsync(database, "INSERT INTO a VALUES (2, NULL)", Cancellation);
        fixture.Request = fixture.Request with { Kind = SyncKind.Incremental };
        var outcome = await fixture.RunNextAsync(source);

        Assert.Equal((SyncEnd.Completed, 2L), (outcome.End, outcome.Counts.Read));
        Assert.Equal("No column tells when a row changed. Name one in the field incremental_column.", outcome.Fallback);
    }

    private static IEnumerable<string> Bodies(EngineFixture fixture) =>
        fixture.Index.Documents.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value.ToJsonString()}");

    private IDataSource Source(string database) => server.Source(database, ("incremental_column", "changed"));

    private JsonObject Values(string database)
    {
        var values = server.Values(server.Port, database);
        values["incremental_column"] = "changed";
        return values;
    }

    /// <summary>Makes a database and fills it in a session in UTC.</summary>
    private async Task<string> FilledAsync(string tables, string rows)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, $"{utc}; {tables}; {rows}", Cancellation);
        return database;
    }

    /// <summary>The place as if the last sync had begun at noon.</summary>
    private static async Task<string> CursorAsync(IDataSource source) =>
        (SqlChangeCursor.Parse((await ((IChangeFeed)source).FindCursorAsync(Cancellation)).Cursor!)! with { Time = Noon }).ToString();

    private async Task<DateTimeOffset> NowAsync(string database)
    {
        await using var connection = await server.ConnectAsync(database, Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"{utc}; SELECT {clock}";
        return new DateTimeOffset(
            DateTime.SpecifyKind(
                Convert.ToDateTime(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture),
                DateTimeKind.Utc
            )
        );
    }

    private static async Task<string?> LostAsync(IDataSource source, string cursor)
    {
        using var page = await ((IChangeFeed)source).ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Cancellation);
        return page.ExpiredReason;
    }

    /// <summary>Reads to the end; ids begin with their table.</summary>
    private static async Task<Reading> ReadAsync(IDataSource source, string cursor, PageLimits limits, PageToken after = default)
    {
        var (ids, tokens, before) = (new List<string>(), new List<PageToken>(), new List<int>());
        while (true)
        {
            using var page = await ((IChangeFeed)source).ReadChangesAsync(cursor, after, limits, Cancellation);
            Assert.Null(page.ExpiredReason);
            Assert.Empty(page.DeletedIds);
            Assert.InRange(page.Upserts.Count, 0, limits.MaxDocuments);
            for (var i = 0; i < page.Upserts.Count; i++)
            {
                var id = Encoding.UTF8.GetString(page.Upserts[i].Id.Span);
                ids.Add(id.Split(Schemas, 2, StringSplitOptions.None)[^1]);
            }

            if (page.Upserts.IsLast)
            {
                return new Reading(ids, tokens, before, page.Cursor!);
            }

            Assert.NotEqual(after, page.Upserts.Next);
            after = page.Upserts.Next;
            tokens.Add(after);
            before.Add(ids.Count);
        }
    }

    /// <param name="Ids">Ids in order.</param>
    /// <param name="Tokens">Tokens between pages.</param>
    /// <param name="Before">Ids before each token.</param>
    /// <param name="Cursor">Where the next sync begins.</param>
    private sealed record Reading(IReadOnlyList<string> Ids, IReadOnlyList<PageToken> Tokens, IReadOnlyList<int> Before, string Cursor);
}
