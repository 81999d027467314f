using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Functions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>
/// What holds for each source on the base: it keeps no more of much than of little, asks once for each page, and both hosts make the same
/// of it.
/// </summary>
public sealed class EverySourceTests
{
    private const int PageSize = 500;
    private const long Tolerated = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Sources => [.. EachSource.Names];

    public static TheoryData<string> LongListings => [.. ManyItemsCases.Names];

    [Theory]
    [MemberData(nameof(LongListings))]
    public async Task TwentyThousandItemsLeaveNoMoreBehindThanTwoThousand(string name)
    {
        var listing = ManyItemsCases.Of(name);
        var replay = new InProcessReplay(listing.In(EachSource.Of(name)), "first");
        await using var source = replay.Open(ManyItemsCases.ChangesOf(name));
        var (read, few, many) = (0, 0L, 0L);
        foreach (var partition in await source.PartitionAsync(1, Token))
        {
            var after = PageToken.Start;
            for (var isLast = false; !isLast;)
            {
                using (var page = await source.ReadPageAsync(partition, after, new PageLimits(PageSize, 8 << 20), Token))
                {
                    read += page.Count;
                    (after, isLast) = (page.Next, page.IsLast);
                }

                // The most of two pages, as a part of a page of the service may be left or not.
                (few, many) = read switch
                {
                    > 2_000 and <= 3_000 => (Math.Max(few, Retained.BytesOf(source)), many),
                    > 18_000 and <= 19_000 => (few, Math.Max(many, Retained.BytesOf(source))),
                    _ => (few, many),
                };
            }
        }

        Assert.Empty(replay.Unknown);
        Assert.InRange(read, GeneratedItems.Count, GeneratedItems.Count + 100);
        Assert.InRange(few, 1, long.MaxValue);
        Assert.InRange(many, 1, few + Tolerated);

        // What was recorded beside the listing takes some requests as well.
        Assert.InRange(replay.Requests, listing.Requests, listing.Requests + 100);
    }

    [Fact]
    public void WhatLeavesMoreBehindIsNoticed()
    {
        var ids = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var holder = new Lazy<Func<int>>(() => () => ids.Count);
        _ = holder.Value();
        var few = Retained.BytesOf(holder);
        for (var number = 0; number < GeneratedItems.Count; number++)
        {
            ids.Add($"many-{number}", default);
        }

        Assert.InRange(Retained.BytesOf(holder), few + Tolerated, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task BothHostsMakeTheSameDocuments(string name)
    {
        var source = EachSource.Of(name);
        using var fixture = new EngineFixture();
        var inOneProcess = new InProcessReplay(source, "first");
        var outcome = await fixture.RunAsync(inOneProcess.Open());
        var inTheApp = new InProcessReplay(source, "first");
        await using var app = await new MemoryAppFixture { NewSource = () => inTheApp.Open(), Limits = new StagedSyncOptions() }.StartAsync();
        app.AddConnector();

        var (_, summary) = await app.SyncAsync();

        Assert.Equal((SyncEnd.Completed, "completed"), (outcome.End, summary.Status));
        Assert.NotEmpty(fixture.Index.Documents);
        Assert.Equal(
            fixture.Index.Documents.OrderBy(document => document.Key, StringComparer.Ordinal).Select(Line),
            app.Index.Documents.OrderBy(document => document.Key, StringComparer.Ordinal).Select(Line)
        );
        Assert.Empty(inOneProcess.Unknown);
        Assert.Empty(inTheApp.Unknown);
    }

    private static string Line(KeyValuePair<string, System.Text.Json.Nodes.JsonObject> document) =>
        $"{document.Key}: {document.Value.ToJsonString()}";
}
