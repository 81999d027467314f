using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>A source whose pages lead nowhere, or whose partitions can't be told apart, fails with its class's name.</summary>
public sealed class SourceThatGoesAstrayTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("a b b", "did not get beyond 'b'")]
    [InlineData("-", "came back to the start")]
    [InlineData("a b a", "came back to 'b'")]
    [InlineData("a b c d e f c", "came back to 'd'")]
    [InlineData("a b c -", "came back to the start")]
    public async Task PagesThatComeAgainAreTold(string tokens, string told)
    {
        var source = new AstraySource([SourcePartition.All], tokens);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.Equal(
            $"{typeof(AstraySource).FullName} (assembly Connectors.Functions.Tests) {told} when asked for its documents. This is a bug in "
                + "the source.",
            failure.Message
        );
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    /// <summary>After a page that begins anew, places come a second time that came before.</summary>
    [Fact]
    public async Task AReadingThatBeginsAnewMayComeByTheSamePlaces()
    {
        var source = new AstraySource([SourcePartition.All], "a b c d !a b c d end");

        Assert.Equal(SyncEnd.Completed, (await _fixture.RunAsync(source)).End);
    }

    /// <summary>Such a page looks like an empty one, and the index would be emptied.</summary>
    [Fact]
    public async Task APageThatWasDisposedIsNoEmptyOne()
    {
        var source = new AstraySource([SourcePartition.All], "gone");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.EndsWith(
            "AstraySource (assembly Connectors.Functions.Tests) gave a page that it had disposed when asked for its documents. This is a "
                + "bug in the source.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("a task of PingAsync")]
    [InlineData("whether anything changed")]
    [InlineData("its partitions")]
    [InlineData("its documents")]
    public async Task NullInPlaceOfATaskIsTold(string asked)
    {
        await using var source = new TasklessSource();
        var reader = Reader(source);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            asked switch
            {
                "a task of PingAsync" => reader.PingAsync(TimeSpan.FromMinutes(1), Cancellation),
                "whether anything changed" => reader.HasChangedAsync(null, Cancellation),
                "its partitions" => reader.PartitionAsync(1, Cancellation),
                _ => reader
                    .ReadPagesAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, idsOnly: false, Cancellation)
                    .FirstAsync(Cancellation)
                    .AsTask(),
            }
        );

        Assert.Equal($"It gave null for {asked}", failure.Message);
        Assert.Contains("TasklessSource", FaultySource.Sentence(failure), StringComparison.Ordinal);
    }

    /// <summary>Nothing says how many such pages are too many, but nobody should have to guess that they come.</summary>
    [Fact]
    public async Task ManyPagesThatHoldNothingAreTold()
    {
        using var log = new ListLoggerProvider();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        var tokens = Enumerable.Range(1, 2_499).Select(number => number.ToString(CultureInfo.InvariantCulture)).Append("end");
        await using var source = new AstraySource([SourcePartition.All], string.Join(' ', tokens)) { IsEmpty = true };

        var pages = await Reader(source, logging.CreateLogger("calls"))
            .ReadPagesAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, idsOnly: false, Cancellation)
            .CountAsync(Cancellation);

        Assert.Equal(2_500, pages);
        Assert.Equal(
            [
                "1000 pages in a row held nothing and led to another one when the source was asked for its documents; it is read on",
                "2000 pages in a row held nothing and led to another one when the source was asked for its documents; it is read on",
            ],
            log.All
        );
    }

    [Fact]
    public async Task PagesThatHoldNothingAndNeverEndAreTooManyAtLast()
    {
        var tokens = Enumerable.Range(1, 10_001).Select(number => number.ToString(CultureInfo.InvariantCulture));
        var source = new AstraySource([SourcePartition.All], string.Join(' ', tokens)) { IsEmpty = true };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.Contains(
            "AstraySource (assembly Connectors.Functions.Tests) gave 10,000 pages in a row that hold nothing and lead to another one when "
                + "asked for its documents. This is a bug in the source",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task APlaceInTheHistoryThatIsEmptyIsTold()
    {
        await using var source = new MemoryFeed(MemorySource.Holding("a")) { Place = "" };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => Reader(source).FindCursorAsync(Cancellation));

        Assert.Contains(
            "MemoryFeed (assembly Connectors.Functions.Tests) gave an empty text for its place",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string, SourcePartition?[]> Partitions =>
        new()
        {
            { "gave no partition, or two of the same name.", [] },
            { "gave no partition, or two of the same name.", [SourcePartition.All, SourcePartition.All] },
            { "gave a partition that is null or has no name.", [SourcePartition.All, null] },
            { "gave a partition that is null or has no name.", [new SourcePartition(null!, "")] },
        };

    [Theory]
    [MemberData(nameof(Partitions))]
    public async Task PartitionsThatCantBeToldApartAreTold(string told, SourcePartition?[] partitions)
    {
        var source = new AstraySource(partitions!, "end");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.EndsWith(
            $"AstraySource (assembly Connectors.Functions.Tests) {told} This is a bug in the source.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    private static SourceReader Reader(IDataSource source, ILogger? logger = null) =>
        new(
            source,
            new SourceCalls(
                source.Description.Name,
                BackoffPolicy.None,
                TimeSpan.FromMinutes(1),
                TimeProvider.System,
                new Random(1),
                logger ?? NullLogger.Instance
            )
        );
}

/// <summary>A page for each time it is asked, with a document of its own and the next of these tokens; of a circle, the pages go
/// on.</summary>
/// <param name="partitions">Its partitions.</param>
/// <param name="tokens">Tokens between spaces: <c>-</c> is the start, <c>!a</c> begins anew, <c>end</c> is the last page, and <c>gone</c>
/// the same, disposed.</param>
internal sealed class AstraySource(IReadOnlyList<SourcePartition> partitions, string tokens) : IDataSource
{
    private readonly string[] _tokens = tokens.Split(' ');

    /// <summary>Whether its pages hold nothing.</summary>
    public bool IsEmpty { get; init; }

    private int _pages;

    public SourceDescription Description { get; } =
        new()
        {
            Name = "Astray",
            ServiceType = "astray",
            Fields = [],
        };

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult(partitions);

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var page = new SourcePageBuilder(limits);
        if (!IsEmpty)
        {
            page.Add(string.Create(CultureInfo.InvariantCulture, $"page-{_pages}"), """{"text":"v1"}"""u8);
        }

        // The circle begins where its last token came first.
        var first = Array.IndexOf(_tokens, _tokens[^1]) + 1;
        var token = _tokens[_pages < _tokens.Length ? _pages : first + ((_pages - first) % (_tokens.Length - first))];
        _pages++;
        var built = token is "end" or "gone"
            ? page.Build(PageToken.Start, isLast: true)
            : page.Build(new PageToken(token == "-" ? string.Empty : token.TrimStart('!')), isLast: false, restarts: token[0] == '!');
        if (token == "gone")
        {
            built.Dispose();
        }

        return Task.FromResult(built);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Gives null where a task should be.</summary>
internal sealed class TasklessSource : IDataSource
{
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Taskless",
            ServiceType = "taskless",
            Fields = [],
        };

    public Task PingAsync(CancellationToken cancellationToken) => Nothing<Task>();

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Nothing<Task<ChangeCheckResult>>();

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Nothing<Task<IReadOnlyList<SourcePartition>>>();

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => Nothing<Task<SourcePage>>();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static T Nothing<T>()
        where T : class => null!;
}
