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
    private readonly EngineBench _bench = new();

    public void Dispose() => _bench.Dispose();

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

        var outcome = await _bench.RunAsync(source);

        Assert.Equal(["a", "c", "e"], _bench.Index.Documents.Keys.Order());
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
        await _bench.RunAsync(source);

        Exclude("text", "secret");
        var excluded = await _bench.RunNextAsync(source);
        Assert.Equal(["a", "c"], _bench.Index.Documents.Keys.Order());
        Assert.Equal((1, 1), (excluded.Counts.Deleted, excluded.Counts.Excluded));

        _bench.Request = _bench.Request with { Rules = null, Fingerprint = "f1" };
        var included = await _bench.RunNextAsync(source);
        Assert.Equal(["a", "b", "c"], _bench.Index.Documents.Keys.Order());
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
        await _bench.RunAsync(source);
        source.Change = new ChangeCheckResult(false, "m1");
        Assert.Equal(SyncEnd.Unchanged, (await _bench.RunNextAsync(source)).End);

        Exclude("text", "secret");
        await _bench.RunNextAsync(source);

        Assert.Equal(["a"], _bench.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task ARuleThatLeavesNearlyEverythingOutIsStoppedByTheGuard()
    {
        var source = MemorySource.Holding([.. Enumerable.Range(0, 200).Select(number => $"d{number:000}")]);
        await _bench.RunAsync(source);

        Exclude("text", "v1");
        var outcome = await _bench.RunNextAsync(source);

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal(200, _bench.Index.Documents.Count);
    }

    private void Exclude(string field, string value) =>
        _bench.Request = _bench.Request with
        {
            Rules = new DocumentRules([new("r1", RulePolicy.Exclude, field, RuleComparison.EqualTo, value)]),
            Fingerprint = $"{field} {value}",
        };
}
