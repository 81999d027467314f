using System.Text.Json.Nodes;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Api;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Connectors.Functions.Http;

/// <summary>Syncs: what they did, how far they are, and their cancelling.</summary>
public sealed class SyncsApi(ApiRunner runner)
{
    /// <summary>The newest jobs.</summary>
    [Function("ListSyncs")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "syncs")] HttpRequest request,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "ListSyncs",
            request,
            QueryParameters.OfSyncs,
            async services =>
                ApiResponse.Of(
                    request,
                    await services.Api.ListSyncsAsync(
                        request.Query["connector"],
                        request.Query["status"],
                        request.Query["limit"],
                        cancellationToken
                    )
                ),
            cancellationToken
        );

    /// <summary>One job, or one dry run.</summary>
    [Function("GetSync")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "syncs/{jobId}")] HttpRequest request,
        string jobId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "GetSync",
            request,
            async services =>
            {
                var job = await services.Api.FindJobAsync(jobId, cancellationToken);
                var isDryRun = job is null && jobId.StartsWith(SyncJobInput.DryRunPrefix, StringComparison.Ordinal);
                var instance =
                    isDryRun || job?.Status?.IsFinal() == false
                        ? await client.GetInstanceAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: true, cancellationToken)
                        : null;
                if (job is null && instance is null)
                {
                    return ApiResponse.Of(request, ConnectorApi.MissingSync(jobId));
                }

                var view = job is not null ? services.Api.View(job) : DryRun(instance!);
                if (
                    instance is { RuntimeStatus: OrchestrationRuntimeStatus.Running, SerializedCustomStatus: not null }
                    && instance.ReadCustomStatusAs<SyncStatus>() is { } status
                )
                {
                    view["progress"] = ApiViews.Progress(status.Phase, status.Counts, status.EstimatedDocuments, status.IsEstimateGuess);
                }

                return ApiResponse.Json(view);
            },
            cancellationToken
        );

    /// <summary>Asks for the end of a job.</summary>
    [Function("CancelSync")]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "syncs/{jobId}/cancel")] HttpRequest request,
        string jobId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "CancelSync",
            request,
            async services =>
                ApiResponse.Of(
                    request,
                    jobId.StartsWith(SyncJobInput.DryRunPrefix, StringComparison.Ordinal)
                        ? await CancelDryRunAsync(jobId, client, cancellationToken)
                        : await services.Api.CancelAsync(jobId, cancellationToken)
                ),
            cancellationToken
        );

    private static async Task<ApiResult> CancelDryRunAsync(string jobId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        // It writes nothing, so it may be ended anywhere. What it staged is found by the clean-up.
        if (
            await client.GetInstanceAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: false, cancellationToken)
            is not { } instance
        )
        {
            return ConnectorApi.MissingSync(jobId);
        }

        if (instance.IsCompleted)
        {
            return ConnectorApi.DryRunIsOver(jobId);
        }

        await client.TerminateInstanceAsync(
            instance.InstanceId,
            new TerminateInstanceOptions(Output: null, Recursive: true),
            cancellationToken
        );
        return ConnectorApi.State(StatusCodes.Status202Accepted, jobId, JobStatus.Canceling);
    }

    private static JsonObject DryRun(OrchestrationMetadata instance)
    {
        // Only of one that ended well is the output ours.
        var view =
            instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed && instance.ReadOutputAs<SyncSummary>() is { } summary
                ? ApiViews.DryRun(
                    summary.Status,
                    summary.Message,
                    summary.TotalDocuments,
                    summary.Counts,
                    summary.Preview is { } preview ? (preview.Added, preview.Updated, preview.Deleted) : null,
                    summary.Preview?.Names
                )
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
}
