using System.Text;
using Connectors.Abstractions;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

public sealed class ContentThatComesLaterTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ADocumentWhoseContentCouldNotBeReadIsWrittenAgainThoughNothingChanged(bool hasTimestamp)
    {
        var content = new LateContent();
        var timestamp = hasTimestamp ? new DateTimeOffset(2025, 6, 1, 10, 0, 0, TimeSpan.Zero) : (DateTimeOffset?)null;
        MemorySource Source() =>
            new()
            {
                Partitions =
                [
                    [new MemoryDocument("a", "v1", timestamp, content)],
                ],
            };
        var first = await _fixture.RunAsync(Source());
        Assert.Equal((1L, 1L), (first.Counts.Created, first.Rejections.Total));
        Assert.Null(_fixture.Index.Documents["a"]["body"]);

        content.IsThere = true;
        var second = await _fixture.RunNextAsync(Source());
        var third = await _fixture.RunNextAsync(Source());

        Assert.Equal((1L, 0L), (second.Counts.Updated, second.Rejections.Total));
        Assert.Equal("text", _fixture.Index.Documents["a"]["body"]!.GetValue<string>());
        Assert.Equal(1, third.Counts.Skipped);
    }

    [Fact]
    public async Task ADocumentWhoseContentVanishedAfterItWasListedIsNotWrittenAndGoesWithTheNextSync()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        var source = new MemorySource
        {
            Partitions =
            [
                [
                    new("a", "v1"),
                    new("b", "v2", Content: new VanishedContent()),
                    new("c", "v1"),
                    new("new", "v1", Content: new VanishedContent()),
                ],
            ],
        };

        var outcome = await _fixture.RunNextAsync(source);

        Assert.Equal((0L, 0L, 0L), (outcome.Counts.Created, outcome.Counts.Updated, outcome.Counts.Deleted));
        Assert.Equal(["a", "b", "c"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal("v1", _fixture.Index.Documents["b"]["text"]!.GetValue<string>());
        Assert.Equal(["b", "new"], outcome.Rejections.Samples.Select(sample => sample.Id).Order());
        await _fixture.RunNextAsync(MemorySource.Holding("a", "c"));
        Assert.Equal(["a", "c"], _fixture.Index.Documents.Keys.Order());
    }

    private sealed class VanishedContent : DocumentContent
    {
        public override string FileName => "a.txt";

        public override long SizeInBytes => 4;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
            throw new ConnectorException(FailureKind.Skip, "a.txt: no longer there") { IsGone = true };
    }

    private sealed class LateContent : DocumentContent
    {
        public bool IsThere { get; set; }

        public override string FileName => "a.txt";

        public override long SizeInBytes => 4;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
            IsThere
                ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes("text")))
                : throw new ConnectorException(FailureKind.Skip, "a.txt: can't be opened");
    }
}
