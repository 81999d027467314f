using System.Text;
using Connectors.Sync;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

public sealed class ContentThatComesLaterTests : IDisposable
{
    private readonly EngineBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ADocumentWhoseContentCouldNotBeReadIsWrittenAgainThoughNothingChanged(bool hasTimestamp)
    {
        var content = new LateContent();
        var timestamp = hasTimestamp ? new DateTimeOffset(2025, 6, 1, 10, 0, 0, TimeSpan.Zero) : (DateTimeOffset?)null;
        MemorySource Source() => new() { Partitions = [[new MemoryDocument("a", "v1", timestamp, content)]] };
        var first = await _bench.RunAsync(Source());
        Assert.Equal((1L, 1L), (first.Counts.Created, first.Rejections.Total));
        Assert.Null(_bench.Index.Documents["a"]["body"]);

        content.IsThere = true;
        var second = await _bench.RunNextAsync(Source());
        var third = await _bench.RunNextAsync(Source());

        Assert.Equal((1L, 0L), (second.Counts.Updated, second.Rejections.Total));
        Assert.Equal("text", _bench.Index.Documents["a"]["body"]!.GetValue<string>());
        Assert.Equal(1, third.Counts.Skipped);
    }

    private sealed class LateContent : DocumentContent
    {
        public bool IsThere { get; set; }

        public override string FileName => "a.txt";

        public override long SizeInBytes => 4;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => IsThere
            ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes("text")))
            : throw new ConnectorException(FailureKind.Skip, "a.txt: can't be opened");
    }
}
