using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>Which way a file goes, seen from the index.</summary>
public sealed class ContentWaysTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Changed = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PipelineSettings Extracting = new(
        "p",
        ExtractBinaryContent: true,
        ReduceWhitespace: true,
        RunMlInference: false
    );

    private readonly EngineFixture _fixture = new();
    private readonly ContentExtraction _local = new(
        new ContentOptions { Local = new LocalExtractionOptions() },
        TimeProvider.System,
        NullLoggerFactory.Instance
    );
    private readonly BytesContent _pdf = new("a.pdf", MadeFiles.Pdf("words of a PDF"));

    public async ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        await _local.DisposeAsync();
    }

    /// <summary>Elasticsearch rejects a document with the same field twice.</summary>
    [Fact]
    public async Task AFieldOfTheDocumentsOwnGivesWayToTheTextOfItsFile()
    {
        await using var source = new AccessSource
        {
            Documents =
            [
                new SimpleDocument("file", new { body = "mine" }, Changed, new BytesContent("a.txt", "plain"u8.ToArray())),
                new SimpleDocument("note", new { body = "mine" }, Changed),
            ],
        };
        await _fixture.RunAsync(source);

        Assert.Equal(
            ("plain", "mine"),
            ((string?)_fixture.Index.Documents["file"]["body"], (string?)_fixture.Index.Documents["file"]["body_"])
        );
        Assert.Equal("mine", (string?)_fixture.Index.Documents["note"]["body"]);
    }

    [Fact]
    public async Task WithAnExtractingPipelineTheFileItselfGoesAlong()
    {
        _fixture.Index.Pipelines.Add("p");
        _fixture.Request = _fixture.Request with { Pipeline = Extracting };
        await _fixture.RunAsync(
            Source(("pdf", _pdf), ("txt", new BytesContent("a.txt", "plain"u8.ToArray())), ("empty", new BytesContent("e.pdf", [])))
        );

        var document = _fixture.Index.Documents["pdf"];
        Assert.StartsWith(
            "%PDF-",
            Encoding.Latin1.GetString(Convert.FromBase64String((string)document["_attachment"]!)),
            StringComparison.Ordinal
        );
        Assert.Null(document["body"]);
        Assert.True((bool)document["_extract_binary_content"]!);
        Assert.Equal("plain", (string?)_fixture.Index.Documents["txt"]["body"]);
        Assert.Null(_fixture.Index.Documents["txt"]["_attachment"]);
        Assert.Null(_fixture.Index.Documents["empty"]["_attachment"]);
    }

    [Fact]
    public async Task WithoutAnybodyToReadItAPdfIsNotEvenFetched()
    {
        _fixture.Index.Pipelines.Add("p");
        _fixture.Request = _fixture.Request with { Pipeline = Extracting with { ExtractBinaryContent = false } };
        var outcome = await _fixture.RunAsync(Source(("pdf", _pdf)));

        Assert.Equal((1L, 0L, 0), (outcome.Counts.Created, outcome.Rejections.Total, _pdf.Opened));
        Assert.Null(_fixture.Index.Documents["pdf"]["body"]);
    }

    [Fact]
    public async Task LocalExtractionGoesBeforeThePipelineAndUnchangedFilesAreNotFetchedAgain()
    {
        _fixture.Index.Pipelines.Add("p");
        _fixture.Request = _fixture.Request with { Pipeline = Extracting };
        await RunLocallyAsync(Source(("pdf", _pdf)));
        var second = await RunLocallyAsync(Source(("pdf", _pdf)));

        Assert.Equal("words of a PDF", (string?)_fixture.Index.Documents["pdf"]["body"]);
        Assert.Null(_fixture.Index.Documents["pdf"]["_attachment"]);
        Assert.Equal((1L, 1), (second.Counts.Skipped, _pdf.Opened));
    }

    [Fact]
    public async Task SwitchingLocalExtractionOnReachesDocumentsThatDidNotChange()
    {
        await _fixture.RunAsync(Source(("pdf", _pdf)));
        Assert.Null(_fixture.Index.Documents["pdf"]["body"]);

        var next = await RunLocallyAsync(Source(("pdf", _pdf)));

        Assert.Equal(1, next.Counts.Updated);
        Assert.Equal("words of a PDF", (string?)_fixture.Index.Documents["pdf"]["body"]);
    }

    [Fact]
    public async Task AFileThatCanNeverBeReadIsReportedAndItsDocumentStandsUntilItChanges()
    {
        var broken = new BytesContent("b.pdf", "%PDF-1.7 and then nothing"u8.ToArray());
        var first = await RunLocallyAsync(Source(("b", broken), ("pdf", _pdf)));
        var second = await RunLocallyAsync(Source(("b", broken), ("pdf", _pdf)));

        var rejection = Assert.Single(first.Rejections.Samples);
        Assert.Equal(("b", "content"), (rejection.Id, rejection.Type));
        Assert.StartsWith("b.pdf: its content can't be extracted: it is damaged", rejection.Reason, StringComparison.Ordinal);
        Assert.Equal((2L, 1L, 1L), (first.Counts.Created, first.Counts.WithoutText, first.Counts.Problems));
        Assert.Equal(0, second.Counts.WithoutText);
        Assert.Null(_fixture.Index.Documents["b"]["body"]);
        Assert.Equal((2L, 1), (second.Counts.Skipped, broken.Opened));
    }

    private static MemorySource Source(params (string Id, BytesContent Content)[] files) =>
        new()
        {
            Partitions =
            [
                [.. files.Select(file => new MemoryDocument(file.Id, "v1", Changed, file.Content))],
            ],
        };

    private Task<SyncOutcome> RunLocallyAsync(MemorySource source)
    {
        _fixture.Request = _fixture.Request with { JobId = Guid.NewGuid().ToString("N") };
        var engine = EngineFixture.EngineOf(_fixture.Index, _fixture.Options, extraction: _local);
        return engine.RunAsync(_fixture.Request, source, new SyncProgress(), default, TestContext.Current.CancellationToken);
    }
}
