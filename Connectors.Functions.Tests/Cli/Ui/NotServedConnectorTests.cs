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

        foreach (var (button, other) in new[] { ("Sync Near now", "Sync Far now"), ("Dry run of Near", "Dry run of Far") })
        {
            await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true })).ToBeEnabledAsync();
            await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = other, Exact = true })).ToHaveCountAsync(0);
        }

        await Expect(browser.Page.GetByText("No service serves it")).ToHaveCountAsync(1);
        Assert.Empty(browser.Complaints);
    }
}
