using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>A source whose pages lead nowhere, or whose partitions can't be told apart, fails with its class's name.</summary>
public sealed class SourceThatGoesAstrayTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

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
            $"{typeof(AstraySource).FullName} (assembly Connectors.Functions.Tests) {told} when asked for its documents. This is a bug in the source.",
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

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task PartitionsThatCantBeToldApartAreTold(int count)
    {
        var source = new AstraySource([.. Enumerable.Repeat(SourcePartition.All, count)], "end");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.EndsWith(
            "AstraySource (assembly Connectors.Functions.Tests) gave no partition, or two of the same name. This is a bug in the source.",
            failure.Message,
            StringComparison.Ordinal
        );
    }
}

/// <summary>A page for each time it is asked, with a document of its own and the next of these tokens; of a circle, the pages go on.</summary>
/// <param name="partitions">Its partitions.</param>
/// <param name="tokens">Tokens between spaces: <c>-</c> is the start, <c>!a</c> begins anew, and <c>end</c> is the last page.</param>
internal sealed class AstraySource(IReadOnlyList<SourcePartition> partitions, string tokens) : IDataSource
{
    private readonly string[] _tokens = tokens.Split(' ');
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
        page.Add(string.Create(CultureInfo.InvariantCulture, $"page-{_pages}"), """{"text":"v1"}"""u8);
        // The circle begins where its last token came first.
        var first = Array.IndexOf(_tokens, _tokens[^1]) + 1;
        var token = _tokens[_pages < _tokens.Length ? _pages : first + ((_pages - first) % (_tokens.Length - first))];
        _pages++;
        return Task.FromResult(
            token == "end"
                ? page.Build(PageToken.Start, isLast: true)
                : page.Build(new PageToken(token == "-" ? string.Empty : token.TrimStart('!')), isLast: false, restarts: token[0] == '!')
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
