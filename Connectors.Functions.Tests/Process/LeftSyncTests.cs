using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Support.Processes;
using Microsoft.AspNetCore.Http;
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
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWell = false;
        await using var source = await JsonServer.StartAsync(AnswerAsync, Token);
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri, pageDocuments: 2);
        var connector = await fixture.ConnectAsync(
            "http_json",
            "search-left",
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
        await using (var killed = IngestProcess.Command(config, ["sync", connector.Id]))
        {
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
            killed.Kill();
            await killed.ExitAsync(Token);
        }

        var job = await fixture.Jobs.OfConnectorAsync(connector.Id, Token).SingleAsync(Token);
        Assert.Equal(JobStatus.InProgress, job.Status);
        isWell = true;
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

        async Task AnswerAsync(HttpContext context)
        {
            var at = int.Parse(context.Request.Query["at"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            if (at == 2 && !isWell)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }

            var items = new JsonArray([.. Enumerable.Range(at * 4, 4).Select(id => new JsonObject { ["id"] = id })]);
            await context.Response.WriteAsync(
                new JsonObject { ["items"] = items, ["next"] = at == 2 ? null : $"/?at={at + 1}" }.ToJsonString(),
                Token
            );
        }
    }
}
