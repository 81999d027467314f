using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Connectors.Functions.Http;

/// <summary>Syncs: what they did, how far they are, and their cancelling.</summary>
public sealed class SyncsApi(ApiRunner runner)
{
    private const int MaxListed = 100;

    /// <summary>The newest jobs.</summary>
    [Function("ListSyncs")]
    public Task<IActionResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "syncs")] HttpRequest request, CancellationToken cancellationToken) =>
        runner.RunAsync("ListSyncs", async services =>
        {
            var connector = request.Query["connector"].ToString();
            var word = request.Query["status"].ToString();
            if (word.Length > 0 && ProtocolWords.Parse<JobStatus>(word) is null)
            {
                var known = string.Join(", ", Enum.GetValues<JobStatus>().Select(status => status.ToWord()));
                return ApiAnswer.Problem(StatusCodes.Status400BadRequest, "The request can't be understood", $"status: '{word}' is no state of a job. Known are {known}.");
            }

            var newest = new Queue<SyncJobRecord>();
            await foreach (var job in services.Jobs.ListAsync(connector.Length > 0 ? connector : null, ProtocolWords.Parse<JobStatus>(word), cancellationToken))
            {
                newest.Enqueue(job);
                if (newest.Count > MaxListed)
                {
                    newest.Dequeue();
                }
            }

            return ApiAnswer.Json(new JsonObject { ["syncs"] = new JsonArray([.. newest.Reverse().Select(ApiViews.Job)]) });
        }, cancellationToken);

    /// <summary>One job, or one dry run.</summary>
    [Function("GetSync")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "syncs/{jobId}")] HttpRequest request,
        string jobId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => runner.RunAsync("GetSync", async services =>
        {
            var job = await services.Jobs.FindAsync(jobId, cancellationToken);
            var isDryRun = job is null && jobId.StartsWith(SyncTarget.DryRunPrefix, StringComparison.Ordinal);
            var instance = isDryRun || job?.Status?.IsFinal() == false ? await client.GetInstanceAsync(SyncTarget.InstanceIdOf(jobId), getInputsAndOutputs: true, cancellationToken) : null;
            if (job is null && instance is null)
            {
                return Missing(jobId);
            }

            var view = job is not null ? ApiViews.Job(job) : DryRun(instance!);
            if (instance is { RuntimeStatus: OrchestrationRuntimeStatus.Running, SerializedCustomStatus: not null } && instance.ReadCustomStatusAs<SyncStatus>() is { } status)
            {
                view["progress"] = ApiViews.Progress(status);
            }

            return ApiAnswer.Json(view);
        }, cancellationToken);

    /// <summary>Asks for the end of a job.</summary>
    [Function("CancelSync")]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "syncs/{jobId}/cancel")] HttpRequest request,
        string jobId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => runner.RunAsync("CancelSync", services => jobId.StartsWith(SyncTarget.DryRunPrefix, StringComparison.Ordinal)
            ? CancelDryRunAsync(jobId, client, cancellationToken)
            : CancelJobAsync(services, jobId, cancellationToken), cancellationToken);

    private static async Task<IActionResult> CancelJobAsync(AppServices services, string jobId, CancellationToken cancellationToken)
    {
        var status = await services.Jobs.RequestCancelAsync(jobId, cancellationToken);
        return status switch
        {
            null => Missing(jobId),
            JobStatus.Canceling => ApiAnswer.Json(State(jobId, JobStatus.Canceling.ToWord()), StatusCodes.Status202Accepted),
            JobStatus.Canceled => ApiAnswer.Json(State(jobId, JobStatus.Canceled.ToWord())),
            _ => ApiAnswer.Problem(StatusCodes.Status409Conflict, "The sync is over", $"Job '{jobId}' is {status.Value.ToWord()} already."),
        };
    }

    private static async Task<IActionResult> CancelDryRunAsync(string jobId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        // It writes nothing, so it may be ended anywhere. What it staged is found by the clean-up.
        if (await client.GetInstanceAsync(SyncTarget.InstanceIdOf(jobId), getInputsAndOutputs: false, cancellationToken) is not { } instance)
        {
            return Missing(jobId);
        }

        if (instance.IsCompleted)
        {
            return ApiAnswer.Problem(StatusCodes.Status409Conflict, "The sync is over", $"Dry run '{jobId}' has ended already.");
        }

        await client.TerminateInstanceAsync(instance.InstanceId, new TerminateInstanceOptions(Output: null, Recursive: true), cancellationToken);
        return ApiAnswer.Json(State(jobId, JobStatus.Canceling.ToWord()), StatusCodes.Status202Accepted);
    }

    private static JsonObject DryRun(OrchestrationMetadata instance)
    {
        // Only of one that ended well is the output ours.
        var view = instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed && instance.ReadOutputAs<SyncSummary>() is { } summary
            ? ApiViews.Summary(summary)
            : new JsonObject
            {
                ["status"] = instance.RuntimeStatus switch
                {
                    OrchestrationRuntimeStatus.Failed => JobStatus.Error.ToWord(),
                    OrchestrationRuntimeStatus.Terminated => JobStatus.Canceled.ToWord(),
                    OrchestrationRuntimeStatus.Pending => JobStatus.Pending.ToWord(),
                    _ => JobStatus.InProgress.ToWord(),
                },
            };
        view["id"] = instance.InstanceId;
        view["dryRun"] = true;
        view["createdAt"] = instance.CreatedAt;
        return view;
    }

    private static JsonObject State(string jobId, string status) => new() { ["id"] = jobId, ["status"] = status };

    private static IActionResult Missing(string jobId) =>
        ApiAnswer.Problem(StatusCodes.Status404NotFound, "No such sync", $"There is no sync job with id '{jobId}'. GET /api/syncs shows the newest ones.");
}
