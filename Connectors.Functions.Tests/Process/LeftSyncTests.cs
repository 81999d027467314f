using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>A sync whose process was killed, and which its user wants no more of; no service runs.</summary>
public sealed class LeftSyncTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cancel", "nobody was running it any more")]
    [InlineData("cleanup", "1 abandoned job canceled, as was asked for.")]
    [InlineData("sync", "completed")]
    public async Task ItIsCanceledWithoutAService(string command, string said)
    {
        await using var source = await StuckPages.StartAsync();
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri, pageDocuments: 2);
        var connector = await fixture.ConnectAsync("http_json", "search-left", source.Settings);
        await using (var killed = IngestProcess.Command(config, ["sync", connector.Id]))
        {
            await source.ReachedAsync();
            killed.Kill();
            await killed.ExitAsync(Token);
        }

        var job = await fixture.Jobs.OfConnectorAsync(connector.Id, Token).SingleAsync(Token);
        Assert.Equal(JobStatus.InProgress, job.Status);
        source.Mend();
        if (command != "cancel")
        {
            // As the button in Kibana does.
            Assert.Equal(JobStatus.Canceling, await fixture.Jobs.RequestCancelAsync(job.Id, Token));
        }

        await using var next = IngestProcess.Command(
            config,
            command switch
            {
                "cancel" => ["job", "cancel", job.Id],
                "sync" => ["sync", connector.Id],
                _ => [command],
            }
        );
        await next.WritesAsync(said, Token);
        await next.ExitsWithAsync(0, Token);

        Assert.Equal(JobStatus.Canceled, (await fixture.JobAsync(job.Id)).Status);
        Assert.Empty(fixture.KeptState);
    }
}
