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
    private readonly EngineFixture _fixture = new();

    public ForeignDocumentsTests()
    {
        _fixture.Index.Exists = true;
        _fixture.Index.Put("mine", new JsonObject { ["title"] = "written by an application" });
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task HoweverFewTheyAreNoneIsDeletedUnlessSomebodyAllowsIt()
    {
        for (var sync = 0; sync < 3; sync++)
        {
            var refused = await _fixture.RunNextAsync(MemorySource.Holding("a", "b"));

            Assert.Equal(SyncEnd.Refused, refused.End);
            Assert.StartsWith(
                "Nothing was deleted: index 'search-memory' holds documents that no connector wrote, and 1 of its ",
                refused.Message,
                StringComparison.Ordinal
            );
            Assert.Equal(["a", "b", "mine"], _fixture.Index.Documents.Keys.Order());
        }

        _fixture.Request = _fixture.Request with { AllowMassDelete = true };
        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a", "b"));

        // From here on it is a connector's index like any other.
        _fixture.Request = _fixture.Request with { AllowMassDelete = false };
        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
        Assert.Equal(["a"], _fixture.Index.Documents.Keys);
    }

    [Theory]
    [InlineData(SyncKind.NoDeletes)]
    [InlineData(SyncKind.DeletesOnly)]
    public async Task NoOtherKindOfSyncOpensTheDoor(SyncKind first)
    {
        _fixture.Request = _fixture.Request with { Kind = first };
        await _fixture.RunNextAsync(MemorySource.Holding("a"));
        _fixture.Request = _fixture.Request with { Kind = SyncKind.Full };

        Assert.Equal(SyncEnd.Refused, (await _fixture.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Contains("mine", _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task NeitherDoesASyncThatDiedBeforeItsEnd()
    {
        var source = MemorySource.Holding("a", "b", "c");
        source.OnPage = page => page == 1 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<OperationCanceledException>(() => _fixture.RunNextAsync(source));

        Assert.Equal(SyncEnd.Refused, (await _fixture.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Contains("mine", _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task ADryRunSaysSoAndLeavesNoMark()
    {
        _fixture.Request = _fixture.Request with { DryRun = true };

        Assert.Equal(SyncEnd.Refused, (await _fixture.RunNextAsync(MemorySource.Holding("a"))).End);
        Assert.Null(_fixture.Index.Meta);
    }

    [Fact]
    public async Task WhatAnotherConnectorServiceWroteIsNotForeign()
    {
        _fixture.Index.Documents.Clear();
        _fixture.Index.Put("a", Json("""{"id":"a","_timestamp":"2026-01-01T00:00:00Z"}"""));
        _fixture.Index.Put("b", Json("""{"id":"b"}"""));

        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
    }

    [Fact]
    public async Task AForeignDocumentThatTheSourceHasTooIsItsOwnFromThenOn()
    {
        await _fixture.RunNextAsync(MemorySource.Holding("a", "mine"));

        Assert.Equal((SyncEnd.Completed, 1), await EndOfAsync("a"));
    }

    private async Task<(SyncEnd End, int Deleted)> EndOfAsync(params string[] ids)
    {
        var outcome = await _fixture.RunNextAsync(MemorySource.Holding(ids));
        return (outcome.End, (int)outcome.Counts.Deleted);
    }

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
