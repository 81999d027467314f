using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support.Processes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The service as a process that is asked to stop while its source does not answer.</summary>
public sealed class StoppedProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hangs", false)]
    [InlineData("hangs", true)]
    [InlineData("asks to wait", false)]
    public async Task ASignalEndsAServiceWhoseSourceDoesNotAnswerAndTheNextStartGoesOn(string trouble, bool isHangUp)
    {
        await using var source = await StuckPages.StartAsync(trouble == "hangs" ? null : AskToWaitAsync);
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri, pageDocuments: 2, sourceRetryTimeLimit: 3_600);
        var connector = await fixture.ConnectAsync("http_json", "search-stopped", source.Settings);
        var job = await fixture.StartSyncAsync(connector.Id);

        await using (var service = IngestProcess.OneSync(config))
        {
            await source.ReachedAsync();
            Action signal = isHangUp ? service.HangUp : service.Terminate;
            signal();
            await service.ExitAsync(Token);
        }

        Assert.Equal(JobStatus.Suspended, (await fixture.JobAsync(job)).Status);
        Assert.NotEmpty(fixture.KeptState);

        source.Mend();
        await using var next = IngestProcess.OneSync(config);
        await next.ExitsWithAsync(0, Token);
        Assert.Equal("Completed: indexed 12, deleted 0, total 12", ProcessFixture.Counts(await fixture.JobAsync(job)));

        static Task AskToWaitAsync(HttpContext context)
        {
            context.Response.Headers.RetryAfter = "3000";
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
    }
}
