using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Filtering;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>Sync rules in a whole sync: what a rule leaves out is as if the source did not have it.</summary>
public sealed class RulesTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task WhatARuleLeavesOutIsNotWrittenAndCounted()
    {
        Exclude("text", "secret");
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "secret"), new("c", "v1")],
                [new("d", "secret"), new("e", "v1")],
            ],
            PageSize = 2,
        };

        var outcome = await _fixture.RunAsync(source);

        Assert.Equal(["a", "c", "e"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal((5, 2, 3), (outcome.Counts.Read, outcome.Counts.Excluded, outcome.Counts.Created));
    }

    [Fact]
    public async Task WhatANewRuleLeavesOutVanishesAndWhatItTakesInAgainComesBack()
    {
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "secret"), new("c", "v1")],
            ],
        };
        await _fixture.RunAsync(source);

        Exclude("text", "secret");
        var excluded = await _fixture.RunNextAsync(source);
        Assert.Equal(["a", "c"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal((1, 1), (excluded.Counts.Deleted, excluded.Counts.Excluded));

        _fixture.Request = _fixture.Request with { Rules = null, Fingerprint = "f1" };
        var included = await _fixture.RunNextAsync(source);
        Assert.Equal(["a", "b", "c"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal(1, included.Counts.Created);
    }

    [Fact]
    public async Task ANewRuleIsAppliedThoughTheSourceSaysThatNothingChanged()
    {
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "secret")],
            ],
            Change = new ChangeCheckResult(true, "m1"),
        };
        await _fixture.RunAsync(source);
        source.Change = new ChangeCheckResult(false, "m1");
        Assert.Equal(SyncEnd.Unchanged, (await _fixture.RunNextAsync(source)).End);

        Exclude("text", "secret");
        await _fixture.RunNextAsync(source);

        Assert.Equal(["a"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task ARuleThatLeavesNearlyEverythingOutIsStoppedByTheGuard()
    {
        var source = MemorySource.Holding([.. Enumerable.Range(0, 200).Select(number => $"d{number:000}")]);
        await _fixture.RunAsync(source);

        Exclude("text", "v1");
        var outcome = await _fixture.RunNextAsync(source);

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal(200, _fixture.Index.Documents.Count);
    }

    private void Exclude(string field, string value) =>
        _fixture.Request = _fixture.Request with
        {
            Rules = new DocumentRules([new("r1", RulePolicy.Exclude, field, RuleComparison.EqualTo, value)]),
            Fingerprint = $"{field} {value}",
        };
}
