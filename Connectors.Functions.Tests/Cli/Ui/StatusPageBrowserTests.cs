using System.Text.Json.Nodes;
using Connectors.Emulator.Faults;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Connectors.Tests.Cli.Ui;

/// <summary>The status page as a person has it: in a browser, over a service that runs.</summary>
public sealed class StatusPageBrowserTests(Browser chromium)
{
    [Fact]
    public async Task AMissingElasticsearchIsToldAtTheFirstLook()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.StartAsync();
        fixture.Elasticsearch.Faults.Add(FaultRule.RefuseCall(503));
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync(fixture.Page.ToString());

        await Expect(browser.Page.Locator("#notice")).ToContainTextAsync("Elasticsearch at http://127.0.0.1:");
        await Expect(browser.Page.Locator("#freshness")).ToHaveTextAsync("Not up to date");
        await browser.ShootAsync("status-page-no-elasticsearch");
    }

    [Fact]
    public async Task ASyncIsStartedWatchedAndCancelledWithTheKeyboardAlone()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.StartAsync();
        var gate = new RequestGate();
        fixture.Elasticsearch.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());
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
    public async Task AGuessIsMarkedAsOneAndAWaitingSyncTellsWhatItWaitsFor()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.MirrorAsync("f2", "Others", 5);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(390, 844);
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Files now" }).ClickAsync();
        await Expect(page.Locator("#list > li").First).ToContainTextAsync("completed");
        var gate = new RequestGate();
        fixture.Elasticsearch.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });
        await File.AppendAllTextAsync(Path.Combine(fixture.FolderOf("f1"), "0.txt"), "More.", TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(Path.Combine(fixture.FolderOf("f2"), "0.txt"), "More.", TestContext.Current.CancellationToken);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Files now" }).ClickAsync();
        await Expect(page.Locator("#running")).ToContainTextAsync("of about 5");
        await Expect(page.Locator("#running")).ToContainTextAsync("is what the index held");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Others now" }).ClickAsync();
        await Expect(page.Locator("#running")).ToContainTextAsync("It waits for a free place in the service that serves the connector.");
        await browser.ShootAsync("status-page-waiting");
        Assert.Empty(await browser.CutOffAsync());
        gate.Open();

        await Expect(page.Locator("#running")).ToBeHiddenAsync();
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task DetailsOfARunningSyncAndOfSchedulesSayWhatTheCardsSay()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());
        await Expect(page.Locator("#list > li")).ToContainTextAsync("No schedule for full syncs");

        var shown = await page.EvaluateAsync<string>(
            """
            () => {
              state.running = [{ id: 'j', progress: { counts: { read: 7, created: 3, updated: 1, deleted: 2 } } }];
              const [runs, over] = [{ id: 'j', counts: {}, indexedDocuments: 0 }, { id: 'o', counts: { read: 5 }, indexedDocuments: 4 }];
              const on = { enabled: true, interval: '0 0 2 * * ?' };
              return [
                countsOf(runs).read, writtenBy(runs), countsOf(over).read, writtenBy(over),
                schedulesOf({ schedules: { full: on, access_control: on } }),
                schedulesOf({ schedules: { full: { enabled: false } } }), schedulesOf({ schedule: null }),
              ].join('|');
            }
            """
        );

        Assert.Equal("7|4|5|4|0 0 2 * * ? (UTC) · access control 0 0 2 * * ? (UTC)|none|none", shown);
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ACardTellsWhyItsLastSyncFailedThoughTheSourceAnswersAgain()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        var connector = JsonNode.Parse(fixture.Elasticsearch.Get(".elastic-connectors", "f1")!)!;
        (connector["last_sync_status"], connector["last_sync_error"]) = ("error", "the folder was gone");
        fixture.Elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(390, 844);
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());

        await Expect(page.Locator("#list > li")).ToContainTextAsync("connected");
        await Expect(page.Locator("#list > li")).ToContainTextAsync("The last sync failed: the folder was gone");
        Assert.Empty(await browser.CutOffAsync());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ASyncWhoseSourceCanNotBeAskedSaysWhyAndHowLongItGoesOn()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        var now = TimeProvider.System.GetUtcNow();
        fixture.Elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            "j1",
            $$$"""
            {
              "connector": {"id": "f1", "index_name": "search-f1", "service_type": "dir"},
              "status": "in_progress", "job_type": "full", "trigger_method": "on_demand", "worker_hostname": "elsewhere",
              "created_at": "{{{now:O}}}", "started_at": "{{{now:O}}}", "last_seen": "{{{now:O}}}",
              "metadata": {
                "read": 7, "excluded": 2, "rejected": 0, "without_text": 3, "waits_until": "{{{now.AddMinutes(2):O}}}",
                "waits_reason": "server db.example:27017: nothing listens there", "waits_limit": "{{{now.AddMinutes(4):O}}}"
              }
            }
            """
        );
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(390, 844);
        await browser.Page.GotoAsync(fixture.Page.ToString());

        var card = browser.Page.Locator("#running-list > li");
        await Expect(card).ToContainTextAsync("Waits for the source: server db.example:27017: nothing listens there; it is asked again in");
        await Expect(card).ToContainTextAsync(", until ");
        await Expect(card).ToContainTextAsync("left out by rules2without text3");
        await Expect(card).Not.ToContainTextAsync("rejected");
        Assert.Empty(await browser.CutOffAsync());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ACardTellsThatItsErrorIsOneOfAnAccessControlSync()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        var connector = JsonNode.Parse(fixture.Elasticsearch.Get(".elastic-connectors", "f1")!)!;
        (connector["status"], connector["error"]) = ("error", "nobody may list the users");
        connector["last_access_control_sync_error"] = "nobody may list the users";
        fixture.Elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());

        await Expect(page.Locator("#list .error")).ToHaveTextAsync("The last access control sync failed: nobody may list the users");
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ADryRunShowsWhatWouldChangeAndWritesNothing()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Dry run of Files" }).ClickAsync();
        await Expect(page.GetByText("A full sync would add 5, update 0 and delete 0; 0 documents are unchanged. Nothing was written."))
            .ToBeVisibleAsync();
        await page.GetByText("Which documents").ClickAsync();
        await Expect(page.Locator(".ids li")).ToHaveCountAsync(5);
        await browser.ShootAsync("status-page-dry-run");

        Assert.Equal(0, fixture.Elasticsearch.Count("search-f1"));
        Assert.Equal(0, fixture.Elasticsearch.Count(".elastic-connectors-sync-jobs"));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task ADryRunNamesFilesAndTellsWhichDeletesTheGuardWouldHoldBack()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        var folder = await fixture.MirrorAsync("f1", "Files", 30);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sync Files now" }).ClickAsync();
        await Expect(page.GetByText(", completed").First).ToBeVisibleAsync();
        Directory.GetFiles(folder, "1*.txt").Concat(Directory.GetFiles(folder, "2*.txt")).ToList().ForEach(File.Delete);

        await page.GetByRole(AriaRole.Button, new() { Name = "Dry run of Files" }).ClickAsync();
        await Expect(
                page.GetByText(
                    "A full sync would add 0, update 0 and delete 22, which would be held back; 8 documents are unchanged. Nothing was written."
                )
            )
            .ToBeVisibleAsync();
        await Expect(page.GetByText("Nothing would be deleted: 22 of the index's 30 documents (73.3 %) are no longer in the source."))
            .ToBeVisibleAsync();
        await page.GetByText("Which documents").ClickAsync();
        await Expect(page.Locator(".ids li", new() { HasText = $"- {folder}/17.txt" })).ToHaveCountAsync(1);
        Assert.Equal(30, fixture.Elasticsearch.Count("search-f1"));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task TheFunctionKeyIsAskedForOnceAndStaysInTheTab()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync(width: 700, height: 500);
        var page = browser.Page;

        // The Functions host refuses so, with an empty body, before the app is asked.
        await page.RouteAsync("**/api/{connectors,syncs}**", route =>
            route.Request.Headers.GetValueOrDefault("x-functions-key") == "right"
                ? route.ContinueAsync()
                : route.FulfillAsync(new RouteFulfillOptions { Status = 401 })
        );
        await page.GotoAsync(fixture.Page.ToString());

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
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("f1", "Files", 5);
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.GotoAsync(fixture.Page.ToString());
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
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        var page = browser.Page;
        await page.AddInitScriptAsync(
            "window.violations = []; document.addEventListener('securitypolicyviolation', event => "
                + "window.violations.push(`${event.violatedDirective} ${event.sample}`));"
        );
        await page.RouteAsync("**/api/{connectors,syncs}**", route => route.FulfillAsync(HostileAnswers.To(route.Request)));
        await page.GotoAsync(fixture.Page.ToString());

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
}
