using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>A mapping, a pipeline or an inference endpoint that changes between syncs.</summary>
public sealed class ChangedShapeTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly StagedFixture _staged = new();

    public void Dispose()
    {
        _fixture.Dispose();
        _staged.Dispose();
    }

    [Theory]
    [InlineData("m2", "s1", "p1", "i1", "the index's mappings changed since the last full sync.")]
    [InlineData("m1", "s2", "p1", "i1", "the index's settings for pipelines and analysis changed since the last full sync.")]
    [InlineData(
        "m2",
        "s1",
        "p2",
        "i2",
        "the index's mappings, the ingest pipelines and the inference endpoints changed since the last full sync."
    )]
    public async Task WhatChangedIsWrittenAgainOnceAndSaid(string mappings, string settings, string pipelines, string inference, string why)
    {
        await _fixture.RunAsync(Source());
        await _staged.RunAsync(Source());
        _fixture.Index.Shape = _staged.Index.Shape = new IndexShape(mappings, settings, pipelines, inference);

        var (changed, changedInSteps) = (await _fixture.RunNextAsync(Source()), await _staged.RunNextAsync(Source()));
        var (next, nextInSteps) = (await _fixture.RunNextAsync(Source()), await _staged.RunNextAsync(Source()));

        Assert.Equal((3L, 0L, why), (changed.Counts.Updated, changed.Counts.Skipped, changed.Rewrite));
        Assert.Equal((3L, 0L, why), (changedInSteps.Counts.Updated, changedInSteps.Counts.Skipped, changedInSteps.Rewrite));
        Assert.Equal((0L, 3L, null), (next.Counts.Updated, next.Counts.Skipped, next.Rewrite));
        Assert.Equal((0L, 3L, null), (nextInSteps.Counts.Updated, nextInSteps.Counts.Skipped, nextInSteps.Rewrite));
    }

    [Fact]
    public async Task ASourceThatIsSureThatNothingChangedIsReadAllTheSame()
    {
        var source = Source();
        source.Change = new ChangeCheckResult(true, "mark-1");
        await _fixture.RunAsync(source);
        source.Change = new ChangeCheckResult(false, "mark-1");
        Assert.Equal(SyncEnd.Unchanged, (await _fixture.RunNextAsync(source)).End);
        _fixture.Index.Shape = _fixture.Index.Shape with { Pipelines = "p2" };

        Assert.Equal(3, (await _fixture.RunNextAsync(source)).Counts.Updated);
        Assert.Equal(SyncEnd.Unchanged, (await _fixture.RunNextAsync(source)).End);
    }

    [Fact]
    public async Task WhatMayNotBeReadIsNoChange()
    {
        await _fixture.RunAsync(Source());
        _fixture.Index.Shape = _fixture.Index.Shape with { Pipelines = null, Inference = null };
        Assert.Equal(3, (await _fixture.RunNextAsync(Source())).Counts.Skipped);
        _fixture.Index.Shape = _fixture.Index.Shape with { Pipelines = "p2", Inference = "i2" };
        Assert.Equal(3, (await _fixture.RunNextAsync(Source())).Counts.Skipped);
    }

    [Fact]
    public async Task AnIndexThatWasMarkedBeforeShapesWereIsLeftAsItIs()
    {
        await _fixture.RunAsync(Source());
        _fixture.Index.Meta!.Remove("shape");
        Assert.Equal(3, (await _fixture.RunNextAsync(Source())).Counts.Skipped);
        _fixture.Index.Shape = _fixture.Index.Shape with { Mappings = "m2" };
        Assert.Equal(3, (await _fixture.RunNextAsync(Source())).Counts.Updated);
    }

    [Fact]
    public async Task AChangeInTheMiddleOfASyncReachesTheDocumentsThatWereWrittenBefore()
    {
        var source = MemorySource.Holding("a", "b", "c", "d", "e");
        source.OnPage = page =>
        {
            _fixture.Index.Shape = _fixture.Index.Shape with { Mappings = page == 2 ? "m2" : "m1" };
            return Task.CompletedTask;
        };
        await _fixture.RunAsync(source);
        source.OnPage = null;

        Assert.Equal(5, (await _fixture.RunNextAsync(source)).Counts.Updated);
        Assert.Equal(5, (await _fixture.RunNextAsync(source)).Counts.Skipped);
    }

    [Fact]
    public async Task AfterASyncThatBrokeOffTheRestIsWrittenAgainToo()
    {
        await _fixture.RunAsync(Source());
        _fixture.Index.Shape = _fixture.Index.Shape with { Mappings = "m2" };
        var source = Source();
        source.OnPage = _ => throw new Connectors.Abstractions.ConnectorException("the backend died");
        await Assert.ThrowsAsync<Connectors.Abstractions.ConnectorException>(() => _fixture.RunNextAsync(source));

        var outcome = await _fixture.RunNextAsync(Source());

        Assert.Equal((3L, "the last sync left documents that have to be written again."), (outcome.Counts.Updated, outcome.Rewrite));
    }

    [Fact]
    public async Task ADryRunTellsWhatWouldBeWrittenAgainAndWhy()
    {
        await _fixture.RunAsync(Source());
        _fixture.Index.Shape = _fixture.Index.Shape with { Pipelines = "p2" };
        _fixture.Request = _fixture.Request with { DryRun = true };

        var outcome = await _fixture.RunNextAsync(Source());

        Assert.Equal((3L, "the ingest pipelines changed since the last full sync."), (outcome.Counts.Updated, outcome.Rewrite));
        _fixture.Request = _fixture.Request with { DryRun = false };
        Assert.Equal(3, (await _fixture.RunNextAsync(Source())).Counts.Updated);
    }

    [Fact]
    public void AMarkComesBackAsItWasWritten()
    {
        var metadata = new IndexMetadata("f", "c", 7, HoldsForeign: true) { Shape = new IndexShape("m", "s", null, "i") };
        Assert.Equal(metadata, IndexMetadata.From(JsonNode.Parse(metadata.ToJson().ToJsonString())!.AsObject()));
    }

    private static MemorySource Source() => MemorySource.Holding("a", "b", "c");
}
