using Connectors.Abstractions;
using Connectors.Tests.Functions;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>The function app's jobs whose end Elasticsearch refuses, with a key that is being changed.</summary>
public sealed class RefusedEndTests
{
    [Fact]
    public async Task AJobOfTheFunctionAppEndsWhenTheCredentialsAreBack()
    {
        await using var fixture = await new MemoryAppFixture { Source = MemorySource.Numbered(1, 9) }.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = page =>
        {
            if (page == 2)
            {
                fixture.Store.Outage = new ConnectorException("Elasticsearch does not accept the credentials (401).");
                throw fixture.Store.Outage;
            }

            return Task.CompletedTask;
        };
        var job = await fixture.StartSyncAsync();
        var from = fixture.Clock.GetUtcNow();
        while (fixture.Store.Outage is null || fixture.Clock.GetUtcNow() - from < TimeSpan.FromMinutes(4))
        {
            await fixture.Host.WhenQuietAsync(AppFixture.Token);
            fixture.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal("in_progress", fixture.Status(job));
        fixture.Store.Outage = null;
        await fixture.EndOfAsync(job);

        Assert.Equal(
            ("error", "Elasticsearch does not accept the credentials (401)."),
            (fixture.Status(job), fixture.Job(job)["error"]!.GetValue<string>())
        );
    }
}
