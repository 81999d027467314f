using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>The simplest possible source: a list of ids.</summary>
internal sealed class ListedDataSource(SourceContext context, IEnumerable<string> ids, BackendCalls calls) : EnumerableDataSource(context)
{
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "List",
            ServiceType = "list",
            Fields = [],
        };

    public Func<string, object> Body { get; init; } = id => new { title = id };

    public int Disposed { get; private set; }

    public override Task PingAsync(CancellationToken cancellationToken) => AskAsync(cancellationToken);

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            foreach (var id in ids)
            {
                await AskAsync(cancellationToken);
                yield return new SimpleDocument(id, Body(id));
            }
        }
        finally
        {
            Disposed++;
        }
    }

    private Task AskAsync(CancellationToken cancellationToken)
    {
        var works = calls.Enter();
        cancellationToken.ThrowIfCancellationRequested();
        return works ? Task.CompletedTask : throw new ConnectorException(FailureKind.Retry, "The list could not be read at the moment.");
    }
}

public sealed class EnumerableContractTests : StoppableSourceContractTests
{
    protected override ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) => new(new ListFixture());

    private sealed class ListFixture : SourceFixture
    {
        private readonly List<string> _ids = [.. Enumerable.Range(0, 14).Select(number => $"id {number}")];

        public override IReadOnlyCollection<string> Ids => _ids;

        public override JsonObject Values => [];

        public override IDataSource Create(SourceContext context) => new ListedDataSource(context, _ids, Calls);

        public override Task ChangeAsync(CancellationToken cancellationToken)
        {
            _ids.Add("new");
            return Task.CompletedTask;
        }
    }
}

public sealed class EnumerableDataSourceTests
{
    private static readonly PageLimits Two = new(2, int.MaxValue);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a b c d e")] // another document instead
    [InlineData("b a c d e")] // the same ones in another order
    [InlineData("a")] // fewer than there were
    [InlineData("")]
    public async Task WhenThePositionIsNotFoundAgainTheReadRestartsAndSaysSo(string now)
    {
        await using var first = Source("a x c d e");
        var token = (await first.PageAsync(SourcePartition.All, PageToken.Start, Two, Cancellation)).Next;
        await using var second = Source(now);
        var pages = await second.PartitionAsync(SourcePartition.All, token, Two, Cancellation);
        Assert.True(pages[0].Restarts);
        Assert.DoesNotContain(pages.Skip(1), page => page.Restarts);
        Assert.Equal(now.Split(' ', StringSplitOptions.RemoveEmptyEntries), pages.Ids());
    }

    [Fact]
    public async Task WhatComesAfterThePlaceMayChange()
    {
        await using var first = Source("a b c d e");
        var token = (await first.PageAsync(SourcePartition.All, PageToken.Start, Two, Cancellation)).Next;
        await using var second = Source("a b x");
        var pages = await second.PartitionAsync(SourcePartition.All, token, Two, Cancellation);
        Assert.False(pages[0].Restarts);
        Assert.Equal(["x"], pages.Ids());
    }

    [Fact]
    public async Task PagesInARowAreOneEnumeration()
    {
        var calls = new BackendCalls();
        await using var source = new ListedDataSource(SourceContext.Empty, ["a", "b", "c", "d", "e"], calls);
        await source.AllAsync(1, Two, Cancellation);
        Assert.Equal(5, calls.Count);
        Assert.Equal(1, source.Disposed);
    }

    [Fact]
    public async Task AnEnumerationThatIsNotReadToItsEndIsDisposed()
    {
        var source = Source("a b c d e");
        await source.PageAsync(SourcePartition.All, PageToken.Start, Two, Cancellation);
        await source.DisposeAsync();
        Assert.Equal(1, source.Disposed);
    }

    [Fact]
    public async Task AReservedNameGetsAnUnderscore()
    {
        await using var source = Source("a", _ => new Dictionary<string, object>
        {
            ["id"] = 1,
            ["_timestamp"] = 2,
            ["name"] = "ü",
        });
        var page = Assert.Single(await source.AllAsync(1, Two, Cancellation));
        Assert.Equal("""{"id_":1,"_timestamp_":2,"name":"ü"}""", page.Documents[0].Body);
    }

    [Fact]
    public async Task ABodyThatIsNoObjectIsTheAuthorsMistakeAndToldSo()
    {
        await using var source = Source("a", _ => new[] { 1, 2 });
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, Two, Cancellation));
        Assert.Equal("Document 'a': its body is a JSON Array, not an object.", failure.Message);
    }

    [Fact]
    public async Task ABodyThatIsNullIsToldLikeOneThatIsNoObject()
    {
        await using var source = Source("a", _ => null!);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, Two, Cancellation));
        Assert.Equal("Document 'a': its body is a JSON Null, not an object.", failure.Message);
    }

    [Fact]
    public async Task ABodyThatCanNotBeWrittenIsToldWithTheIdOfItsDocument()
    {
        var circle = new Dictionary<string, object>();
        circle["self"] = circle;
        foreach (var body in new object[] { circle, new { price = double.NaN }, new { type = typeof(string) }, new Stuck() })
        {
            await using var source = Source("a b", id => id == "a" ? new { title = id } : body);

            var failure = await Assert.ThrowsAsync<JsonException>(() => source.AllAsync(1, Two, Cancellation));

            Assert.StartsWith("Document 'b': its body can't be written as JSON: ", failure.Message, StringComparison.Ordinal);
            Assert.InRange(failure.Message.Length, 60, 400);

            // Of a circle it would tell nothing but a thousand calls of the serializer.
            Assert.Equal(body == (object)circle, failure.InnerException is null);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task ADocumentWithoutAnIdIsToldWithItsNumber(string? id)
    {
        await using var source = new ListedDataSource(SourceContext.Empty, ["a", "b", id!, "c"], new BackendCalls());
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, Two, Cancellation));
        Assert.Equal(
            "Document 3 has an empty id. Each needs one that stays the same from sync to sync: the key that it has in the backend, say. "
                + "The source must give it, or leave the document out.",
            failure.Message
        );

        var other = new SourcePartition("x", string.Empty);
        failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(other, PageToken.Start, Two, Cancellation));
        Assert.StartsWith("Document 3 of the partition 'x' has an empty id.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADocumentThatIsNullIsToldWithItsNumber()
    {
        await using var source = new SingleDocumentSource(() => Task.FromResult<SimpleDocument?>(null));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, Two, Cancellation));
        Assert.Equal("Document 1 is null. The source must give a document, or none.", failure.Message);
    }

    [Fact]
    public async Task AnEnumerationThatHangsIsLeftToItself()
    {
        var hanging = new TaskCompletionSource();
        var source = new SingleDocumentSource(() =>
        {
            hanging.SetResult();
            return new TaskCompletionSource<SimpleDocument?>().Task;
        });
        var reading = source.PageAsync(SourcePartition.All, PageToken.Start, Two, Cancellation);
        await hanging.Task;

        await source.DisposeAsync();

        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public void ABuilderTellsWhichDocumentHasNoId()
    {
        using var page = new SourcePageBuilder(Two);
        page.Add("a", "{}"u8);
        var sentence = "Document 2 of a page has an empty id. Each needs one that stays the same from sync to sync.";
        Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => page.Add("", "{}"u8)).Message, StringComparison.Ordinal);
        Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => page.Begin("")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "input does not contain any JSON tokens")]
    [InlineData("[1]", "it begins with a StartArray.")]
    [InlineData("{\"a\":", "Expected depth to be zero at the end of the JSON payload")]
    [InlineData("{\"a\":1} {\"b\":2}", "'{' is invalid after a single JSON value")]
    [InlineData("{\"a\":1}\n{\"delete\":{\"_id\":\"b\"}}", "'{' is invalid after a single JSON value")]
    public void ABodyThatIsNotOneObjectIsRefusedWithItsId(string body, string problem)
    {
        using var page = new SourcePageBuilder(Two);
        page.Add("a", "{\"x\":1}\n"u8);

        var refused = Assert.Throws<ArgumentException>(() => page.Add("b", Encoding.UTF8.GetBytes(body)));

        Assert.StartsWith("Document 'b': its body is not one JSON object: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, page.Count);
    }

    /// <summary>Lists what a task gives.</summary>
    private sealed class SingleDocumentSource(Func<Task<SimpleDocument?>> next) : EnumerableDataSource(SourceContext.Empty)
    {
        public override SourceDescription Description { get; } =
            new()
            {
                Name = "Faulty",
                ServiceType = "faulty",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
            SourcePartition partition,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            yield return (await next())!;
        }
    }

    private sealed class Stuck
    {
        public string Title => throw new InvalidOperationException($"{GetType().Name} is open.");
    }

    private static ListedDataSource Source(string ids, Func<string, object>? body = null) =>
        new(SourceContext.Empty, ids.Split(' ', StringSplitOptions.RemoveEmptyEntries), new BackendCalls())
        {
            Body = body ?? (id => new { title = id }),
        };
}
