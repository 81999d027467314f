using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Support.Processes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The service as a process that is asked to stop while its source does not answer.</summary>
public sealed class StoppedProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hangs")]
    [InlineData("asks to wait")]
    public async Task ASignalEndsAServiceWhoseSourceDoesNotAnswerAndTheNextStartGoesOn(string trouble)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWell = false;
        await using var source = await JsonServer.StartAsync(AnswerAsync, Token);
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri, pageDocuments: 2, sourceRetryTimeLimit: 3_600);
        var connector = await fixture.ConnectAsync(
            "http_json",
            "search-stopped",
            new Dictionary<string, JsonNode?>
            {
                ["url"] = source.Address + "/?at=0",
                ["allowed_hosts"] = "127.0.0.1",
                ["items_pointer"] = "/items",
                ["paging"] = "next",
                ["next_pointer"] = "/next",
                ["request_timeout"] = 3_600,
            }
        );
        var job = await fixture.StartSyncAsync(connector.Id);

        await using (var service = IngestProcess.OneSync(config))
        {
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
            service.Terminate();
            await service.ExitAsync(Token);
        }

        Assert.Equal(JobStatus.Suspended, (await fixture.JobAsync(job)).Status);
        Assert.NotEmpty(fixture.KeptState);

        isWell = true;
        await using var next = IngestProcess.OneSync(config);
        await next.ExitsWithAsync(0, Token);
        Assert.Equal("Completed: indexed 12, deleted 0, total 12", ProcessFixture.Counts(await fixture.JobAsync(job)));

        async Task AnswerAsync(HttpContext context)
        {
            var at = int.Parse(context.Request.Query["at"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            if (at == 2 && !isWell)
            {
                reached.TrySetResult();
                if (trouble == "hangs")
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                }

                context.Response.Headers.RetryAfter = "3000";
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            var items = new JsonArray([.. Enumerable.Range(at * 4, 4).Select(id => new JsonObject { ["id"] = id })]);
            await context.Response.WriteAsync(
                new JsonObject { ["items"] = items, ["next"] = at == 2 ? null : $"/?at={at + 1}" }.ToJsonString(),
                Token
            );
        }
    }
}
