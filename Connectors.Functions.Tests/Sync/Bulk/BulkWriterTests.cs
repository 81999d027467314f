using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Bulk;

public sealed class BulkWriterTests
{
    private readonly MemoryIndex _index = new();
    private readonly DocumentLines _lines = new(flags: null);

    [Fact]
    public async Task OnlyRefusedItemsAreSentAgain()
    {
        _index.OnBulk = request => request == 1 ? new BulkFault(200, RefusedEvery: 2) : BulkFault.None;

        var report = await WriteAsync("a", "b", "c", "d", "e");

        Assert.Equal(5, report.Counts.Created);
        Assert.Equal(["b", "d", "a", "c", "e"], _index.Written);
        Assert.Equal(2, _index.BulkRequests);
    }

    [Fact]
    public async Task ALargeRequestIsDividedDownToTheDocumentThatIsTooLarge()
    {
        _index.OnBulk = _ => new BulkFault(413);

        var report = await WriteAsync("a", "b", "c", "d", "e");

        Assert.Equal((5L, 0L), (report.Counts.Created, report.Counts.Rejected));
        Assert.Equal(["a", "b", "c", "d", "e"], _index.Written);
        Assert.Equal(9, _index.BulkRequests);
    }

    [Fact]
    public async Task WithoutAnAnswerADeleteThatIsGoneWasOurs()
    {
        _index.Documents["a"] = [];
        _index.OnBulk = request => request == 1 ? new BulkFault(0, Applied: true) : BulkFault.None;
        using var batch = Deletes("a", "never there");

        var report = await Writer().WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken);

        Assert.Equal((2L, 0L), (report.Counts.Deleted, report.Counts.AlreadyGone));
    }

    [Fact]
    public async Task ADeleteOfWhatIsNotThereIsCountedApart()
    {
        _index.Documents["a"] = [];
        using var batch = Deletes("a", "b");

        var report = await Writer().WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L), (report.Counts.Deleted, report.Counts.AlreadyGone));
    }

    [Fact]
    public async Task ItGivesUpWhenTheTimeIsOver()
    {
        _index.OnBulk = _ => new BulkFault(503);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => WriteAsync("a", "b"));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(
            "Elasticsearch has not taken 2 operations for 'i' in 10 minutes (last answer: 503, fault: told to fail). The sync can be "
                + "resumed when the cluster has recovered.",
            failure.Message
        );
    }

    [Theory]
    [InlineData(
        401,
        "Elasticsearch refused the credentials while writing to 'i' (401). Check elasticsearch.username and password, or api_key."
    )]
    [InlineData(
        403,
        "Elasticsearch does not allow writing to 'i' (403): told to fail. The key or user needs the privileges that the documentation "
            + "lists."
    )]
    public async Task WhatNoRetryCanHelpEndsAtOnce(int status, string message)
    {
        _index.OnBulk = _ => new BulkFault(status);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => WriteAsync("a"));

        Assert.Equal((FailureKind.Fatal, message, 1), (failure.Kind, failure.Message, _index.BulkRequests));
    }

    [Fact]
    public async Task EachRejectedDocumentIsToldOnceTheOneThatIsTooManyByTheFailure()
    {
        using var log = new ListLoggerProvider();
        _index.Reject = _ => true;
        var writer = new BulkWriter(
            _index,
            new BulkWriterOptions(),
            new RejectionMonitor(new RejectionLimits { MaxTotal = 2 }),
            new FastForwardTimeProvider(),
            new Random(1),
            log.CreateLogger("bulk")
        );
        using var batch = Batch("a", "b", "c");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            writer.WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken)
        );

        Assert.EndsWith("Last one: 'c': document_parsing_exception: told to reject.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["a", "b"],
            log.Lines("bulk").Where(line => line.Contains(" was rejected: ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])
        );
    }

    [Fact]
    public async Task UnderPressureFewerRequestsAreInFlightAndLaterMoreAgain()
    {
        var concurrency = new AdaptiveConcurrency(8);
        var places = new List<AdaptiveConcurrency.ConcurrencySlot>();
        for (var index = 0; index < 8; index++)
        {
            places.Add(await concurrency.EnterAsync(TestContext.Current.CancellationToken));
        }

        concurrency.Overloaded();
        Assert.Equal(4, concurrency.Limit);
        var waiting = concurrency.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        places.Take(4).ToList().ForEach(place => place.Dispose());
        Assert.False(waiting.IsCompleted);
        places[4].Dispose();
        (await waiting).Dispose();

        for (var answer = 0; answer < 4 + 5 + 6 + 7; answer++)
        {
            concurrency.Accepted();
        }

        Assert.Equal(8, concurrency.Limit);
    }

    [Fact]
    public async Task ACancelledWaiterTakesNoSlot()
    {
        var concurrency = new AdaptiveConcurrency(1);
        var place = await concurrency.EnterAsync(TestContext.Current.CancellationToken);
        using var cancel = new CancellationTokenSource();
        var waiting = concurrency.EnterAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        place.Dispose();
        (await concurrency.EnterAsync(TestContext.Current.CancellationToken)).Dispose();
    }

    [Theory]
    [InlineData("{}", """{"id":"a\"b","_timestamp":"2026-01-31T12:00:00Z"}""")]
    [InlineData("{\"x\":1}", """{"id":"a\"b","_timestamp":"2026-01-31T12:00:00Z","x":1}""")]
    [InlineData("{\n  \"x\": 1\n}", """{"id":"a\"b","_timestamp":"2026-01-31T12:00:00Z","x":1}""")]
    [InlineData("{ }", """{"id":"a\"b","_timestamp":"2026-01-31T12:00:00Z"}""")]
    public void ABodyGoesInAfterWhatTheProtocolAdds(string body, string expected)
    {
        using var batch = new BulkBatch();
        _lines.WriteUpsert(
            batch.Buffer,
            "a\"b"u8,
            default,
            new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            null,
            Encoding.UTF8.GetBytes(body),
            default
        );
        batch.Add(BulkOperationKind.Add);

        Assert.Equal("{\"index\":{\"_id\":\"a\\\"b\"}}\n" + expected + "\n", Encoding.UTF8.GetString(batch.Body.Span));
        Assert.Equal("a\"b", batch.IdOf(0));
    }

    [Fact]
    public async Task AnOutageIsToldWithItsReasonAndNotForEachRequestThatMeetsIt()
    {
        var clock = new FakeTimeProvider();
        using var log = new ListLoggerProvider();
        var isDown = true;
        _index.OnBulk = _ => isDown ? new BulkFault(503) : BulkFault.None;
        var writer = new BulkWriter(
            _index,
            new BulkWriterOptions { RetryTimeLimit = TimeSpan.FromDays(100) },
            new RejectionMonitor(new RejectionLimits()),
            clock,
            new Random(1),
            log.CreateLogger("bulk")
        );
        var batches = Enumerable.Range(0, 20).Select(number => Batch($"d{number}")).ToList();
        var start = clock.GetUtcNow();
        var writes = batches
            .Select(batch => writer.WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken))
            .ToList();

        await PassTimeAsync(() => _index.BulkRequests >= 200);

        var warnings = log.Lines("bulk").Where(line => line.StartsWith("Elasticsearch", StringComparison.Ordinal)).ToList();
        Assert.All(warnings, line => Assert.Equal(Told, line));
        Assert.InRange(warnings.Count, 1, 1 + (int)((clock.GetUtcNow() - start) / TimeSpan.FromSeconds(30)));
        isDown = false;
        await PassTimeAsync(() => writes.TrueForAll(write => write.IsCompleted));
        Assert.Equal(20, _index.Written.Count);
        batches.ForEach(batch => batch.Dispose());

        async Task PassTimeAsync(Func<bool> condition)
        {
            while (!condition())
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                clock.Advance(TimeSpan.FromSeconds(1));
                for (var turn = 0; turn < 200 && !condition(); turn++)
                {
                    await Task.Yield();
                }
            }
        }
    }

    [Theory]
    [InlineData(0, "no_answer", "Elasticsearch at http://h:9200 can't be reached.", "Elasticsearch at http://h:9200 can't be reached")]
    [InlineData(0, "timeout", "no answer in 30 s", "timeout: no answer in 30 s")]
    [InlineData(0, null, null, "there was no answer")]
    [InlineData(503, null, null, "503")]
    public async Task WhatIsSentAgainIsToldWithTheReasonAlone(int status, string? type, string? reason, string told)
    {
        using var log = new ListLoggerProvider();
        _index.OnBulk = request =>
            request == 1
                ? new BulkFault(status) { Error = type is null ? null : new BulkError(type, reason!) }
                : BulkFault.None;
        var writer = new BulkWriter(
            _index,
            new BulkWriterOptions(),
            new RejectionMonitor(new RejectionLimits()),
            new FastForwardTimeProvider(),
            new Random(1),
            log.CreateLogger("bulk")
        );
        using var batch = Batch("a");

        await writer.WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken);

        Assert.Contains($"Elasticsearch does not take what is written to i; it is sent again: {told}", log.Lines("bulk"));
        Assert.DoesNotContain(log.Lines("bulk"), line => line.Contains("none", StringComparison.Ordinal));
    }

    private const string Told =
        "Elasticsearch does not take what is written to i; it is sent again: 503, fault: told to fail";

    private BulkWriter Writer() =>
        new(
            _index,
            new BulkWriterOptions(),
            new RejectionMonitor(new RejectionLimits()),
            new FastForwardTimeProvider(),
            new Random(1),
            NullLogger.Instance
        );

    private async Task<BulkReport> WriteAsync(params string[] ids)
    {
        using var batch = Batch(ids);
        return await Writer().WriteAsync("i", null, batch, mayHaveBeenSent: false, TestContext.Current.CancellationToken);
    }

    private BulkBatch Batch(params string[] ids)
    {
        var batch = new BulkBatch();
        foreach (var id in ids)
        {
            _lines.WriteUpsert(batch.Buffer, Encoding.UTF8.GetBytes(id), default, DateTimeOffset.UnixEpoch, 1, "{}"u8, default);
            batch.Add(BulkOperationKind.Add);
        }

        return batch;
    }

    private static BulkBatch Deletes(params string[] ids)
    {
        var batch = new BulkBatch();
        foreach (var id in ids)
        {
            DocumentLines.WriteDelete(batch.Buffer, Encoding.UTF8.GetBytes(id));
            batch.Add(BulkOperationKind.Delete);
        }

        return batch;
    }
}
