using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Tracker;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>What a source on the base keeps and asks for when there is much: 20,000 items, a file of 100 MB.</summary>
[Collection(Alone.Name)]
public sealed class ManyItemsTests
{
    private const int Items = 20_000;
    private const int PageSize = 100;
    private const long FileSize = 100_000_000;
    private const long Megabyte = 1024 * 1024;
    private int _requests;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadingManyItemsKeepsNoMoreThanReadingFewAndAsksOnceForEachPage()
    {
        await using var server = await JsonServer.StartAsync(AnswerAsync, Token);
        await using var source = Open(server);
        var partition = Assert.Single(await source.PartitionAsync(1, Token));
        var (read, keptAtFirst) = (0, 0L);
        for (var after = PageToken.Start; ;)
        {
            using var page = await source.ReadPageAsync(partition, after, PageLimits.Default, Token);
            read += page.Count;
            if (keptAtFirst == 0 && read >= Items / 10)
            {
                keptAtFirst = GC.GetTotalMemory(forceFullCollection: true);
            }

            if (page.IsLast)
            {
                break;
            }

            after = page.Next;
        }

        Assert.Equal(Items + 1, read);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - keptAtFirst, long.MinValue, 4 * Megabyte);

        // The projects, the pages, the empty file list's one.
        Assert.Equal(1 + (Items / PageSize) + 1, _requests);
    }

    [Fact]
    public async Task AFileOf100MegabytesFlowsThroughWithoutBeingHeld()
    {
        await using var server = await JsonServer.StartAsync(AnswerAsync, Token);
        await using var source = Open(server);
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Token)).SelectMany(page => page.Contents));
        Assert.Equal(FileSize, content.SizeInBytes);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var stream = await content.OpenAsync(Token);
        var (buffer, length, held) = (new byte[64 * 1024], 0L, 0L);
        for (var read = -1; read != 0; length += read)
        {
            read = await stream.ReadAsync(buffer, Token);
            if (held == 0 && length > FileSize / 2)
            {
                held = GC.GetTotalMemory(forceFullCollection: true) - before;
            }
        }

        Assert.Equal(FileSize, length);
        Assert.InRange(held, long.MinValue, 16 * Megabyte);
    }

    private static TrackerDataSource Open(JsonServer server) =>
        new(
            SomeSettings.Of(
                new JsonObject { ["url"] = "https://tracker.example", ["token"] = "to-ke-n" },
                new TrackerDataSource(SourceContext.Empty).Description.Fields
            ) with
            {
                TimeProvider = new ReplayTime(),
                HttpHandler = () => new ReplayHandler(new Uri(server.Address)),
                Hosts = new HostBudgets(),
            }
        );

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/api/files/", StringComparison.Ordinal))
        {
            context.Response.ContentLength = FileSize;
            var block = new byte[100_000];
            for (long sent = 0; sent < FileSize; sent += block.Length)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }

            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            path switch
            {
                "/api/projects" => """{"projects": [{"key": "a", "name": "A"}], "next": null}""",
                _ when path.EndsWith("/files", StringComparison.Ordinal) =>
                    $$"""{"items": [{"id": "f", "name": "f.bin", "size": {{FileSize}}}]}""",
                _ => Tickets(int.Parse($"0{context.Request.Query["cursor"]}", CultureInfo.InvariantCulture)),
            },
            context.RequestAborted
        );
    }

    private static string Tickets(int first)
    {
        var text = new StringBuilder("{\"items\": [");
        for (var number = first; number < first + PageSize; number++)
        {
            text.Append(number == first ? string.Empty : ",")
                .Append(CultureInfo.InvariantCulture, $$"""{"id": "{{number}}", "title": "Ticket {{number}}", "labels": []}""");
        }

        var next = first + PageSize;
        return text.Append(CultureInfo.InvariantCulture, $"], \"cursor\": {(next < Items ? $"\"{next}\"" : "null")}}}").ToString();
    }
}
