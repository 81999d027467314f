using Connectors.Abstractions;
using Connectors.Tests.Functions;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>The function app's jobs whose end Elasticsearch refuses, with a key that is being changed.</summary>
public sealed class RefusedEndTests
{
    [Fact]
    public async Task AJobOfTheFunctionAppEndsWhenTheCredentialsAreBack()
    {
        await using var bed = await new FunctionsBed { Source = AppBed.Of(1, 9) }.StartAsync();
        bed.AddConnector();
        bed.Source.OnPage = page =>
        {
            if (page == 2)
            {
                bed.Store.Outage = new ConnectorException("Elasticsearch does not accept the credentials (401).");
                throw bed.Store.Outage;
            }

            return Task.CompletedTask;
        };
        var job = await bed.StartSyncAsync();
        var from = bed.Clock.GetUtcNow();
        while (bed.Store.Outage is null || bed.Clock.GetUtcNow() - from < TimeSpan.FromMinutes(4))
        {
            await bed.Host.WhenQuietAsync(FunctionsBed.Token);
            bed.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal("in_progress", bed.Status(job));
        bed.Store.Outage = null;
        await bed.EndOfAsync(job);

        Assert.Equal(
            ("error", "Elasticsearch does not accept the credentials (401)."),
            (bed.Status(job), bed.Job(job)["error"]!.GetValue<string>())
        );
    }
}
