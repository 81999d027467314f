using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Tests.Support.MongoWire;
using Microsoft.Playwright;
using MongoDB.Bson;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Connectors.Tests.Cli.Ui;

/// <summary>The status page as a person has it: in a browser, over a service that runs.</summary>
public sealed class StatusPageBrowserTests
{
    private const string Hostile = "<img src=x onerror=document.title=\"taken\">";

    public static TheoryData<string, int, int, ColorScheme> Screens =>
        new()
        {
            { "desktop-light", 1280, 900, ColorScheme.Light },
            { "desktop-dark", 1280, 900, ColorScheme.Dark },
            { "phone-light", 320, 640, ColorScheme.Light },
            { "phone-dark", 320, 640, ColorScheme.Dark },
        };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task EverythingIsSeenOnEveryScreenInEveryLight(string name, int width, int height, ColorScheme colors)
    {
        BrowserPage.Require();
        await using var mongo = await MongoWireServer.StartAsync();
        mongo.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 12_000).Select(number => new BsonDocument { ["_id"] = number, ["text"] = $"Order {number}" })
        );
        await using var bed = await PollBed.OpenAsync(new EmulatorOptions { WritesPerSecond = 600 });
        await FillAsync(bed, mongo);
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync(width, height, colors);
        var page = browser.Page;
        await page.GotoAsync(bed.Page.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Orders now" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Details of Handbook" }).ClickAsync();
        await Expect(page.Locator("#running .numbers"))
            .ToContainTextAsync(new Regex("[1-9][0-9,]*/s", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(page.Locator("#detail svg rect")).ToHaveCountAsync(30);
        await page.GetByText("The last 30 as a table").ClickAsync();
        await browser.ShootAsync($"status-page-{name}");

        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of Orders" })).ToHaveAttributeAsync("max", "12000");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "The last 30 syncs" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(31);
        await Expect(page.Locator("#detail")).ToContainTextAsync("failed to parse field [price]");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = Hostile })).ToBeVisibleAsync();
        await Expect(page.Locator("#detail dl.settings")).ToContainTextAsync("search-handbook");
        await Expect(page.Locator("body")).Not.ToContainTextAsync("[object");
        Assert.Equal("Connectors", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "it scrolls sideways");
        Assert.Empty(await browser.PoorContrastAsync());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ASyncIsStartedWatchedAndCancelledWithTheKeyboardAlone()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.MirrorAsync("f1", "Files", 5);
        await bed.StartAsync();
        var gate = new RequestGate();
        bed.Elasticsearch.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });
        await using var browser = await BrowserPage.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(bed.Page.ToString());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sync Files now" })).ToBeEnabledAsync();

        await TabToAsync(page, "Sync Files now");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of Files" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Files");
        await TabToAsync(page, "Cancel the sync of Files");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Cancel this sync?" })).ToBeVisibleAsync();
        await TabToAsync(page, "Cancel it");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#running")).ToContainTextAsync("canceling");
        gate.Open();

        await Expect(page.Locator("#running")).ToBeHiddenAsync();
        await Expect(page.Locator("#list")).ToContainTextAsync("canceled");
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ADryRunShowsWhatWouldChangeAndWritesNothing()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.MirrorAsync("f1", "Files", 5);
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(bed.Page.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Dry run of Files" }).ClickAsync();
        await Expect(page.GetByText("A sync would add 5, update 0 and delete 0; 0 documents are unchanged. Nothing was written."))
            .ToBeVisibleAsync();
        await page.GetByText("Which documents").ClickAsync();
        await Expect(page.Locator(".ids li")).ToHaveCountAsync(5);
        await browser.ShootAsync("status-page-dry-run");

        Assert.Equal(0, bed.Elasticsearch.Count("search-f1"));
        Assert.Equal(0, bed.Elasticsearch.Count(".elastic-connectors-sync-jobs"));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task TheFunctionKeyIsAskedForOnceAndStaysInTheTab()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.MirrorAsync("f1", "Files", 5);
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync(width: 700, height: 500);
        var page = browser.Page;

        // The Functions host refuses so, with an empty body, before the app is asked.
        await page.RouteAsync("**/api/{connectors,syncs}**", route =>
            route.Request.Headers.GetValueOrDefault("x-functions-key") == "right"
                ? route.ContinueAsync()
                : route.FulfillAsync(new RouteFulfillOptions { Status = 401 })
        );
        await page.GotoAsync(bed.Page.ToString());

        await Expect(page.GetByLabel("Key", new() { Exact = true })).ToBeFocusedAsync();
        await Expect(page.GetByText("There are no connectors yet.")).ToBeHiddenAsync();
        await browser.ShootAsync("status-page-key");
        await page.Keyboard.TypeAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("That key was refused.")).ToBeVisibleAsync();
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("right");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Files" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Files" })).ToBeVisibleAsync();

        Assert.Equal("right", await page.EvaluateAsync<string>("sessionStorage.getItem('functions-key')"));
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + document.cookie.length"));
        Assert.All(browser.Complaints, complaint => Assert.Contains("401", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AServerThatIsGoneIsSaidAndNothingIsForgotten()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.MirrorAsync("f1", "Files", 5);
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(bed.Page.ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Files" })).ToBeVisibleAsync();

        await page.RouteAsync("**/api/**", route => route.AbortAsync());
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The server can't be reached.");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Files" })).ToBeVisibleAsync();
        await page.UnrouteAllAsync();

        await Expect(page.GetByRole(AriaRole.Alert)).ToBeEmptyAsync();
        await Expect(page.Locator("#freshness")).ToContainTextAsync("Updated");
    }

    [Fact]
    public async Task MarkupInNamesIdsAndMessagesIsTextOnEveryView()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync();
        var page = browser.Page;
        await page.AddInitScriptAsync(
            "window.violations = []; document.addEventListener('securitypolicyviolation', event => "
                + "window.violations.push(`${event.violatedDirective} ${event.sample}`));"
        );
        await page.RouteAsync("**/api/{connectors,syncs}**", route => route.FulfillAsync(HostileAnswers.To(route.Request)));
        await page.GotoAsync(bed.Page.ToString());

        // Each view in turn: the list, what runs, a connector with its settings and history, the history as a table, a dry run with its
        // ids, a dialog, and a refusal.
        await Expect(page.Locator("#list")).ToContainTextAsync(HostileAnswers.Markup);
        await Expect(page.Locator("#running")).ToContainTextAsync(HostileAnswers.Markup);
        await page.Locator("#list button", new() { HasText = "Details" }).First.ClickAsync();
        await Expect(page.Locator("#detail")).ToContainTextAsync(HostileAnswers.Markup);
        foreach (var summary in await page.Locator("#detail summary").AllAsync())
        {
            await summary.ClickAsync();
        }

        await page.Locator("#list button", new() { HasText = "Dry run" }).First.ClickAsync();
        await Expect(page.Locator(".ids li")).ToHaveCountAsync(3);
        await page.Locator("#running button").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(HostileAnswers.Markup);
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(HostileAnswers.Markup);

        Assert.Equal("Connectors", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("img, iframe, object, embed, base, a[href^='javascript']").CountAsync());
        Assert.Equal(0, await page.EvaluateAsync<int>("document.querySelectorAll('script').length - 1"));
        Assert.Empty(await page.EvaluateAsync<string[]>("window.violations"));

        // The browser tells of the refused request itself.
        Assert.All(browser.Complaints, complaint => Assert.Contains("409", complaint, StringComparison.Ordinal));
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var presses = 0; presses < 40; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (
                await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
                == name
            )
            {
                Assert.NotEqual("none", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
                return;
            }
        }

        Assert.Fail($"\"{name}\" is not reached with the Tab key.");
    }

    private static async Task FillAsync(PollBed bed, MongoWireServer mongo)
    {
        await bed.CreateAsync(
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
        await bed.MirrorAsync("handbook", "Handbook", 3, "--schedule", "0 0 2 * * ?");
        await bed.MirrorAsync("hostile", Hostile, 1);
        await bed.CreateAsync(
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
            bed.AddJob(
                $"job-{day}",
                "handbook",
                start.AddDays(day),
                TimeSpan.FromSeconds(40 + (day * 37 % 113)),
                200 + (day * 7919 % 1500),
                day % 5 * 20,
                status,
                error,
                day == 33 ? rejections : null
            );
        }

        bed.Edit("handbook", connector =>
        {
            connector["last_synced"] = start.AddDays(33).ToString("O");
            connector["last_sync_status"] = "completed";
        });
    }
}
