using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Connectors.Tests.Cli.Ui;

/// <summary>A connector of another service, on the status page of this one.</summary>
public sealed class NotServedConnectorTests
{
    [Fact]
    public async Task SyncNowAndDryRunAreOfferedOnlyForWhatIsServedHere()
    {
        BrowserPage.Require();
        await using var bed = await PollBed.OpenAsync();
        await bed.MirrorAsync("near", "Near", 1);
        bed.Elasticsearch.Put(
            ".elastic-connectors",
            "far",
            """{"name": "Far", "service_type": "of_another", "index_name": "search-far", "status": "connected", "configuration": {}}"""
        );
        await bed.StartAsync();
        await using var browser = await BrowserPage.OpenAsync();
        await browser.Page.GotoAsync(bed.Page.ToString());

        foreach (var (name, isServed) in new[] { ("Near", true), ("Far", false) })
        {
            foreach (var button in new[] { $"Sync {name} now", $"Dry run of {name}" })
            {
                await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }))
                    .ToBeEnabledAsync(new() { Enabled = isServed });
            }
        }

        await Expect(browser.Page.GetByText("Not served by this service")).ToHaveCountAsync(1);
        Assert.Empty(browser.Complaints);
    }
}
