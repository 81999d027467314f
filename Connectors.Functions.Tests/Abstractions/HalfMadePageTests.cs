using Connectors.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>What a source leaves out when it makes a page is told where it does so.</summary>
public sealed class HalfMadePageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ADocumentOfWhichNothingWasWrittenIsTold()
    {
        using var page = new SourcePageBuilder(PageLimits.Default);
        page.Begin("a");

        Assert.StartsWith(
            "Document 'a': nothing was written between its beginning and its end.",
            Assert.Throws<InvalidOperationException>(page.End).Message,
            StringComparison.Ordinal
        );

        page.Abandon();
        page.Add("b", "{}"u8);
        using var built = page.Build(PageToken.Start, isLast: true);
        Assert.Equal("b"u8, Assert.Single(Enumerable.Range(0, built.Count).Select(index => built[index])).Id.Span);
    }

    [Fact]
    public void AContentWithoutANameIsToldWithItsDocument()
    {
        using var page = new SourcePageBuilder(PageLimits.Default);

        Assert.StartsWith(
            "Document 'a': the FileName of its content is null.",
            Assert.Throws<ArgumentException>(() => page.Begin("a", content: new NamelessContent())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ATokenThatCanNotBeKeptIsTold()
    {
        using var page = new SourcePageBuilder(PageLimits.Default);

        Assert.StartsWith(
            "The token of the next page has 4097 characters, and may have 4096.",
            Assert.Throws<ArgumentException>(() => page.Build(new PageToken(new string('t', 4097)), isLast: false)).Message,
            StringComparison.Ordinal
        );
        using var built = page.Build(new PageToken(new string('t', 4096)), isLast: false);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TheLastPageOfChangesSaysWhereTheNextSyncBegins(string? cursor)
    {
        using var page = new SourcePageBuilder(PageLimits.Default);
        using var upserts = page.Build(PageToken.Start, isLast: true);

        Assert.Throws<ArgumentException>(() => new ChangePage(upserts, [], cursor));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void AnIdThatIsNoneIsTold(string? id)
    {
        using var page = new SourcePageBuilder(PageLimits.Default);
        using var upserts = page.Build(PageToken.Start, isLast: true);

        Assert.StartsWith(
            "An id among those that were deleted is null or empty.",
            Assert.Throws<ArgumentException>(() => new ChangePage(upserts, ["a", id!], "cursor")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AnEnumerationThatIsNullIsTold()
    {
        await using var source = new NothingSource();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token)
        );

        Assert.Equal("ReadAsync gave null in place of its documents", failure.Message);
    }

    private sealed class NamelessContent : DocumentContent
    {
        public override string FileName => null!;

        public override long SizeInBytes => 1;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(Stream.Null);
    }

    private sealed class NothingSource() : EnumerableDataSource(SourceContext.Empty)
    {
        public override SourceDescription Description { get; } =
            new()
            {
                Name = "Nothing",
                ServiceType = "nothing",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override IAsyncEnumerable<SimpleDocument> ReadAsync(SourcePartition partition, CancellationToken cancellationToken) =>
            null!;
    }
}
