using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Somebody attached the wrong index: it holds documents that no connector wrote.</summary>
public sealed class ForeignDocumentsTests : IDisposable
{
    private readonly EngineBench _bench = new();

    public ForeignDocumentsTests()
    {
        _bench.Index.Exists = true;
        _bench.Index.Put("mine", new JsonObject { ["title"] = "written by an application" });
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task HoweverFewTheyAreNoneIsDeletedUnlessSomebodyAllowsIt()
    {
        for (var sync = 0; sync < 3; sync++)
        {
            var refused = await _bench.RunNextAsync(MemorySource.Holding("a", "b"));

            Assert.Equal(SyncEnd.Refused, refused.End);
            Assert.StartsWith(
                "Nothing was deleted: index 'search-memory' holds documents that no connector wrote, and 1 of its ",
                refused.Message,
                StringComparison.Ordinal
            );
            Assert.Equal(["a", "b", "mine"], _bench.Index.Documents.Keys.Order());
        }

        _bench.Request = _bench.Request with { AllowMassDelete = true };
        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a", "b"));

        // From here on it is a connector's index like any other.
        _bench.Request = _bench.Request with { AllowMassDelete = false };
        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
        Assert.Equal(["a"], _bench.Index.Documents.Keys);
    }

    [Theory]
    [InlineData(SyncKind.NoDeletes)]
    [InlineData(SyncKind.DeletesOnly)]
    public async Task NoOtherKindOfSyncOpensTheDoor(SyncKind first)
    {
        _bench.Request = _bench.Request with { Kind = first };
        await _bench.RunNextAsync(MemorySource.Holding("a"));
        _bench.Request = _bench.Request with { Kind = SyncKind.Full };

        Assert.Equal(SyncEnd.Refused, (await _bench.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Contains("mine", _bench.Index.Documents.Keys);
    }

    [Fact]
    public async Task NeitherDoesASyncThatDiedBeforeItsEnd()
    {
        var source = MemorySource.Holding("a", "b", "c");
        source.OnPage = page => page == 1 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<OperationCanceledException>(() => _bench.RunNextAsync(source));

        Assert.Equal(SyncEnd.Refused, (await _bench.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Contains("mine", _bench.Index.Documents.Keys);
    }

    [Fact]
    public async Task ADryRunSaysSoAndLeavesNoMark()
    {
        _bench.Request = _bench.Request with { DryRun = true };

        Assert.Equal(SyncEnd.Refused, (await _bench.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Null(_bench.Index.Meta);
    }

    [Fact]
    public async Task WhatAnotherConnectorServiceWroteIsNotForeign()
    {
        _bench.Index.Documents.Clear();
        _bench.Index.Put("a", Json("""{"id":"a","_timestamp":"2026-01-01T00:00:00Z"}"""));
        _bench.Index.Put("b", Json("""{"id":"b"}"""));

        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
    }

    [Fact]
    public async Task AForeignDocumentThatTheSourceHasTooIsItsOwnFromThenOn()
    {
        await _bench.RunNextAsync(MemorySource.Holding("a", "mine"));

        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
    }

    private async Task<(SyncEnd End, int Deleted)> EndOfAsync(params string[] ids)
    {
        var outcome = await _bench.RunNextAsync(MemorySource.Holding(ids));
        return (outcome.End, (int)outcome.Counts.Deleted);
    }

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
