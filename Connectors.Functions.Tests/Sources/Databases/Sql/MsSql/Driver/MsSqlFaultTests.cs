using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Testing;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

/// <summary>An answer that stops, fails or lies after its first rows is not taken for all of them.</summary>
[Collection("TDS")]
public sealed class MsSqlFaultTests(TdsServer server) : IAsyncLifetime
{
    private string _database = string.Empty;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            _database,
            "CREATE TABLE t (k int PRIMARY KEY, note nvarchar(9)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')",
            Cancellation
        );
    }

    public ValueTask DisposeAsync()
    {
        server.Data.Fault = (_, answer) => answer;
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("deadlock")]
    [InlineData("no right")]
    [InlineData("cut")]
    [InlineData("fewer columns")]
    [InlineData("other type")]
    public async Task NothingIsDeletedAndTheNextSyncGoesThrough(string fault)
    {
        using var fixture = new EngineFixture();
        fixture.Options = fixture.Options with { Page = new PageLimits(2, int.MaxValue) };
        await using (var source = Source())
        {
            Assert.Equal(SyncEnd.Completed, (await fixture.RunNextAsync(source)).End);
        }

        // The third row is gone, but the page of the last one never comes whole.
        await server.RunAsync(_database, "DELETE FROM t WHERE k = 3", Cancellation);
        server.Data.Fault = (statement, answer) => IsSecondPage(statement) ? Broken(fault, answer) : answer;
        await using (var source = Source())
        {
            await Assert.ThrowsAsync<ConnectorException>(() => fixture.RunNextAsync(source));
        }

        Assert.Equal(5, fixture.Index.Documents.Count);
        server.Data.Fault = (_, answer) => answer;
        await using (var source = Source())
        {
            var outcome = await fixture.RunNextAsync(source);
            Assert.Equal((SyncEnd.Completed, 1L), (outcome.End, outcome.Counts.Deleted));
        }

        Assert.Equal(4, fixture.Index.Documents.Count);
    }

    [Theory]
    [InlineData("deadlock", FailureKind.Retry, "at the moment: the server answers 1205.")]
    [InlineData("cut", FailureKind.Retry, "the connection broke, trying to read the table 't'.")]
    [InlineData("fewer columns", FailureKind.Fatal, "'t': the answer does not fit the question.")]
    [InlineData("other type", FailureKind.Fatal, "'t': the answer does not fit the question.")]
    public async Task WhatWentWrongIsSaid(string fault, FailureKind kind, string sentence)
    {
        await using var source = Source();
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        server.Data.Fault = (statement, answer) => IsPage(statement) ? Broken(fault, answer) : answer;
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)
        );
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        server.Data.Fault = (_, answer) => answer;
        Assert.Equal(5, (await source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)).Documents.Count);
    }

    [Fact]
    public async Task AnAnswerThatDoesNotGoOnEndsAtTheTimeout()
    {
        await using var patient = Source();
        var partition = Assert.Single(await patient.PartitionAsync(1, Cancellation));
        await using var source = Source(("statement_timeout", 1));
        server.Data.Fault = (statement, answer) => IsPage(statement) ? Broken("no end", answer) : answer;
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)
        );
        Assert.Contains("Raise statement_timeout", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    /// <summary>The driver tells the server when nobody waits for an answer any more, and the connection can be used again.</summary>
    [Fact]
    public async Task AQueryThatIsGivenUpIsCalledOffAtTheServer()
    {
        await using var source = server.Source(_database);
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var other = await server.ConnectAsync(_database, Cancellation);
        await using (var command = other.CreateCommand())
        {
            command.CommandText = "BEGIN TRANSACTION; SELECT * FROM t WITH (TABLOCKX)";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var (attentions, asked) = (server.Wire.Attentions, server.Wire.Statements.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = source.PageAsync(partition, PageToken.Start, PageLimits.Default, stop.Token);
        while (!reading.IsCompleted && !server.Wire.Statements.Skip(asked).Any(IsPage))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(attentions + 1, server.Wire.Attentions);
        await other.DisposeAsync();
        Assert.Equal(5, (await source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)).Documents.Count);
    }

    private static bool IsPage(string statement) => statement.Contains("FROM [dbo].[t] AS t", StringComparison.Ordinal);

    private static bool IsSecondPage(string statement) => IsPage(statement) && statement.Contains("> @p1", StringComparison.Ordinal);

    private static TdsAnswer Broken(string fault, TdsAnswer answer) =>
        fault switch
        {
            "deadlock" => answer.EndingIn(TdsAnswer.Error(1205, "Transaction was deadlocked.", severity: 13)),
            "no right" => answer.EndingIn(TdsAnswer.Error(229, "The SELECT permission was denied.")),
            "cut" => answer.WithoutEnd(),
            "no end" => answer.WithoutEnd(isCut: false),
            "fewer columns" => TdsAnswer.Rows(1, [3]),
            _ => TdsAnswer.Rows(3, ["three", "c", "three"]),
        };

    private IDataSource Source(params (string Field, JsonNode Value)[] values) => server.Source(_database, [("tables", "t"), .. values]);
}
