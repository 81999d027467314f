using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Connectors.Tests.Cli.Ui;

/// <summary>A connector of another service, on the status page of this one.</summary>
public sealed class NotServedConnectorTests(Browser chromium)
{
    [Fact]
    public async Task SyncNowAndDryRunAreOfferedOnlyForWhatIsServedHere()
    {
        Browser.Require();
        await using var fixture = await PollFixture.OpenAsync();
        await fixture.MirrorAsync("near", "Near", 1);
        fixture.Elasticsearch.Put(
            ".elastic-connectors",
            "far",
            """{"name": "Far", "service_type": "of_another", "index_name": "search-far", "status": "connected", "configuration": {}}"""
        );
        await fixture.StartAsync();
        await using var browser = await chromium.OpenAsync();
        await browser.Page.GotoAsync(fixture.Page.ToString());

        foreach (var (button, other) in new[] { ("Sync Near now", "Sync Far now"), ("Dry run of Near", "Dry run of Far") })
        {
            await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true })).ToBeEnabledAsync();
            await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = other, Exact = true })).ToHaveCountAsync(0);
        }

        await Expect(browser.Page.GetByText("No service serves it")).ToHaveCountAsync(1);
        Assert.Empty(browser.Complaints);
    }
}
