using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator;
using Connectors.Tests.Support.MongoWire;
using Microsoft.Playwright;
using MongoDB.Bson;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Connectors.Tests.Cli.Ui;

/// <summary>The status page as it lies on a screen: everything is there, nothing is cut off, nothing scrolls sideways.</summary>
public sealed class StatusPageLayoutTests(Browser chromium)
{
    private const string Hostile = "<img src=x onerror=document.title=\"taken\">";

    public static TheoryData<string, int, int, ColorScheme> Screens =>
        new()
        {
            { "desktop-light", 1280, 900, ColorScheme.Light },
            { "desktop-dark", 1280, 900, ColorScheme.Dark },
            { "phone-light", 390, 844, ColorScheme.Light },
            { "phone-dark", 390, 844, ColorScheme.Dark },
            { "small-phone-light", 320, 640, ColorScheme.Light },
        };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task EverythingIsSeenOnEveryScreenInEveryLight(string name, int width, int height, ColorScheme colors)
    {
        Browser.Require();
        await using var mongo = await MongoWireServer.StartAsync();
        mongo.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 12_000).Select(number => new BsonDocument { ["_id"] = number, ["text"] = $"Order {number}" })
        );
        await using var fixture = await PollFixture.OpenAsync(new EmulatorOptions { WritesPerSecond = 600 });
        await FillAsync(fixture, mongo);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(width, height, colors);
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Orders now" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Details of Handbook" }).ClickAsync();
        await Expect(page.Locator("#running .numbers"))
            .ToContainTextAsync(new Regex("[1-9][0-9,]*/s", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(page.Locator("#detail svg rect")).ToHaveCountAsync(30);
        await browser.ShootAsync($"status-page-{name}");
        await ExpectWholeAsync(browser, width);

        var title = new Regex("The last .* syncs", RegexOptions.None, TimeSpan.FromSeconds(1));
        var history = page.GetByRole(AriaRole.Table, new() { NameRegex = title });
        await Expect(history.GetByRole(AriaRole.Row)).ToHaveCountAsync(6);
        await Expect(history.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("full");
        await Expect(history.GetByRole(AriaRole.Row).Nth(2)).ToContainTextAsync("incremental");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the last 30" }).ClickAsync();
        await Expect(history.GetByRole(AriaRole.Row)).ToHaveCountAsync(31);
        await ExpectWholeAsync(browser, width);

        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of Orders" })).ToHaveAttributeAsync("max", "12000");
        await Expect(page.Locator("#running")).ToContainTextAsync("Full sync · ");
        await Expect(page.Locator("#detail")).ToContainTextAsync("failed to parse field [price]");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = Hostile })).ToBeVisibleAsync();
        await Expect(page.Locator("#detail dl.settings")).ToContainTextAsync("search-handbook");
        await Expect(page.Locator("body")).Not.ToContainTextAsync("[object");
        Assert.Equal("Connectors", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.Empty(await browser.PoorContrastAsync());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task OnAPhoneEverySettingHasALineOfItsOwn()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 1);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(390, 844);
        await browser.Page.GotoAsync(fixture.Page.ToString());
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Details of Files" }).ClickAsync();
        await Expect(browser.Page.Locator("#detail dl.settings")).ToContainTextAsync("directory");

        var widths = await browser.Page.EvaluateAsync<int[]>(
            "[...document.querySelectorAll('dl.settings > *')].map(one => one.offsetWidth)"
        );

        Assert.All(widths, width => Assert.InRange(width, 300, 390));
        Assert.InRange(widths.Length, 10, 100);
    }

    [Fact]
    public async Task ABookmarkOfAConnectorThatIsGoneSaysSo()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 1);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync($"{fixture.Page}#gone");

        await Expect(browser.Page.Locator("#detail")).ToContainTextAsync("There is no such connector. It may have been deleted.");
        await Expect(browser.Page.Locator("#detail")).Not.ToContainTextAsync("Asking");
        await Expect(browser.Page.Locator("#notice")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task SyncsOfOneDayAreToldApartByTheirTimes()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 1);
        foreach (var hour in Enumerable.Range(2, 9))
        {
            var start = new DateTimeOffset(2026, 10, 20, hour, 5, 0, TimeSpan.Zero);
            fixture.AddJob($"job-{hour}", "f1", start, TimeSpan.FromSeconds(40), 10, 0);
        }

        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync(fixture.Page.ToString());
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Details of Files" }).ClickAsync();

        await Expect(browser.Page.Locator("#detail svg text")).ToContainTextAsync(["10", "20/10/2026, 02:05", "10:05"]);
        await ExpectWholeAsync(browser, 1280);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(30)]
    public async Task TheLastDateStandsBelowTheLastBar(int syncs)
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 1);
        foreach (var day in Enumerable.Range(0, syncs))
        {
            var start = new DateTimeOffset(2026, 10, 1, 2, 5, 0, TimeSpan.Zero).AddDays(day);
            fixture.AddJob($"job-{day}", "f1", start, TimeSpan.FromSeconds(40), 10, 0);
        }

        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync(fixture.Page.ToString());
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Details of Files" }).ClickAsync();
        await Expect(browser.Page.Locator("#detail svg rect")).ToHaveCountAsync(syncs);

        var ends = await browser.Page.EvaluateAsync<double[]>(
            """
            ['#detail svg rect:last-of-type', '#detail svg text:last-of-type', '#detail svg text:nth-last-of-type(2)', '#detail svg']
              .map(one => document.querySelector(one).getBoundingClientRect().right)
            """
        );
        var begin = (await browser.Page.Locator("#detail svg text").Last.BoundingBoxAsync())!.X;

        Assert.Equal(ends[0], ends[1], 2.0);
        Assert.True(ends[2] < begin, $"the first date ends at {ends[2]}, the last one begins at {begin}");
        Assert.True(ends[0] <= ends[3], $"the last bar ends at {ends[0]}, the chart at {ends[3]}");
        await ExpectWholeAsync(browser, 1280);
    }

    [Fact]
    public async Task AKindOfRejectionStaysInOnePieceAndAnIdHasRoom()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 1);
        var rejections = new JsonObject
        {
            ["reasons"] = new JsonObject { ["unreadable"] = 1 },
            ["samples"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "departments/finance/2026/reports/annual-accounts-final.pdf",
                    ["type"] = "unreadable",
                    ["reason"] = string.Join(' ', Enumerable.Repeat("its content can't be extracted", 6)),
                }
            ),
        };
        var start = new DateTimeOffset(2026, 10, 1, 2, 5, 0, TimeSpan.Zero);
        fixture.AddJob("job-1", "f1", start, TimeSpan.FromSeconds(40), 10, 0, rejections: rejections);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync(fixture.Page.ToString());
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Details of Files" }).ClickAsync();
        await Expect(browser.Page.Locator("#detail td.kind")).ToHaveTextAsync("unreadable");

        var lines = await browser.Page.EvaluateAsync<int[]>(
            """
            ['#detail td.kind', '#detail td.id code'].map(one => {
              const range = document.createRange();
              range.selectNodeContents(document.querySelector(one));
              return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
            })
            """
        );

        Assert.Equal([1, 2], lines);
        await browser.ShootAsync("status-page-rejections");
        await ExpectWholeAsync(browser, 1280);
    }

    [Fact]
    public async Task WhatIsMissingIsNamedAndWhatNobodyServesIsNotOffered()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        foreach (var id in (string[])["empty", "nobody", "python"])
        {
            await fixture.MirrorAsync(id, $"The {id} one", 1);
        }

        fixture.Edit("empty", connector =>
        {
            connector["status"] = "needs_configuration";
            connector["configuration"]!["directory"]!["value"] = string.Empty;
        });
        fixture.Edit("nobody", connector => connector["service_type"] = "unknown");
        fixture.Edit("python", connector =>
        {
            connector["service_type"] = "oracle";
            connector["last_seen"] = TimeProvider.System.GetUtcNow().ToString("O");
        });
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(390, 844);
        await browser.Page.GotoAsync(fixture.Page.ToString());

        var empty = Card("The empty one");
        await Expect(empty).ToContainTextAsync("directory: ");
        await Expect(empty).ToContainTextAsync("elastic-ingest connector edit empty --set directory=VALUE");
        await Expect(empty.GetByRole(AriaRole.Button, new() { Name = "Sync" })).ToBeDisabledAsync();
        await Expect(Card("The nobody one")).ToContainTextAsync("No service serves it");
        await Expect(Card("The nobody one").GetByRole(AriaRole.Button)).ToHaveTextAsync(["Details"]);
        await Expect(Card("The python one")).ToContainTextAsync("Served by another service.");
        await Expect(Card("The python one").GetByRole(AriaRole.Button)).ToHaveTextAsync(["Sync now", "Details"]);
        await browser.ShootAsync("status-page-not-ready");
        await ExpectWholeAsync(browser, 390);

        ILocator Card(string name) =>
            browser.Page.Locator("#list > li").Filter(new() { Has = browser.Page.GetByRole(AriaRole.Heading, new() { Name = name }) });
    }

    private static async Task ExpectWholeAsync(BrowserPage browser, int width)
    {
        Assert.True(await browser.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "it scrolls sideways");
        Assert.Empty(await browser.CutOffAsync());
        Assert.Empty(await browser.BrokenHeadingsAsync());
    }

    private static async Task FillAsync(PollFixture fixture, MongoWireServer mongo)
    {
        await fixture.CreateAsync(
            "--id",
            "orders",
            "--name",
            "Orders",
            "--service-type",
            "mongodb",
            "--index",
            "search-orders",
            "--set",
            $"host={mongo.ConnectionString}",
            "--set",
            "database=shop",
            "--set",
            "collection=orders"
        );
        await fixture.MirrorAsync("handbook", "Handbook", 3, "--schedule", "0 0 2 * * ?");
        await fixture.MirrorAsync("hostile", Hostile, 1);
        await fixture.CreateAsync(
            "--id",
            "gone",
            "--name",
            "Archive",
            "--service-type",
            "dir",
            "--index",
            "search-archive",
            "--set",
            "directory=/no/such/folder"
        );
        var start = new DateTimeOffset(2026, 10, 20, 2, 0, 0, TimeSpan.Zero);
        var rejections = new JsonObject
        {
            ["reasons"] = new JsonObject { ["document_parsing_exception"] = 3 },
            ["samples"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "orders/2026/11/1.json",
                    ["type"] = "document_parsing_exception",
                    ["reason"] = "failed to parse field [price] of type [long] in document with id '1': For input string \"twelve\"",
                },
                new JsonObject
                {
                    ["id"] = Hostile,
                    ["type"] = "document_parsing_exception",
                    ["reason"] = "failed to parse field [price] of type [long] in document with id '2'",
                }
            ),
        };
        for (var day = 0; day < 34; day++)
        {
            var (status, error) = day is 12 or 23
                ? ("error", "The folder /srv/handbook can't be read. See whether it is mounted.")
                : ("completed", null);
            fixture.AddJob(
                $"job-{day}",
                "handbook",
                start.AddDays(day),
                TimeSpan.FromSeconds(40 + (day * 37 % 113)),
                200 + (day * 7919 % 1500),
                day % 5 * 20,
                status,
                error,
                day == 33 ? rejections : null,
                day % 2 == 0 ? "incremental" : "full"
            );
        }

        fixture.Edit("handbook", connector =>
        {
            connector["last_synced"] = start.AddDays(33).ToString("O");
            connector["last_sync_status"] = "completed";
        });
    }
}
