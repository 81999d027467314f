using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Functions.Triggers;
using Connectors.Sync.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Connectors.Functions.Http;

/// <summary>Connectors, and the start of a sync.</summary>
public sealed class ConnectorsApi(ApiRunner runner, SyncStarter starter)
{
    /// <summary>All connectors.</summary>
    [Function("ListConnectors")]
    public Task<IActionResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "connectors")] HttpRequest request, CancellationToken cancellationToken) =>
        runner.RunAsync("ListConnectors", async services =>
        {
            var connectors = new JsonArray();
            await foreach (var connector in services.Connectors.ListAsync(cancellationToken))
            {
                connectors.Add(ApiViews.Connector(connector));
            }

            return ApiAnswer.Json(new JsonObject { ["connectors"] = connectors });
        }, cancellationToken);

    /// <summary>One connector, without what is sensitive.</summary>
    [Function("GetConnector")]
    public Task<IActionResult> GetAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "connectors/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        runner.RunAsync("GetConnector", async services => await services.Connectors.FindAsync(id, cancellationToken) is { IsDeleted: false } connector
            ? ApiAnswer.Json(ApiViews.Details(connector, services))
            : Missing(id), cancellationToken);

    /// <summary>Starts a sync, or a dry run.</summary>
    [Function("StartSync")]
    public Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "connectors/{id}/syncs")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => runner.RunAsync("StartSync", async services =>
        {
            var (wish, problem) = await SyncWish.ReadAsync(request.Body, cancellationToken);
            if (wish is null)
            {
                return ApiAnswer.Problem(StatusCodes.Status400BadRequest, "The request can't be understood", problem!);
            }

            if (await services.Connectors.FindAsync(id, cancellationToken) is not { IsDeleted: false } connector)
            {
                return Missing(id);
            }

            return wish.DryRun
                ? await StartDryRunAsync(request, connector, wish, client, cancellationToken)
                : await StartJobAsync(request, services, connector, wish, client, cancellationToken);
        }, cancellationToken);

    private async Task<IActionResult> StartDryRunAsync(HttpRequest request, ConnectorRecord connector, SyncWish wish, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var target = new SyncTarget(SyncTarget.DryRunPrefix + Guid.NewGuid().ToString("N"), connector.Id, DryRun: true, wish.Options.AllowMassDelete, wish.Options.Reindex);
        await starter.TryStartAsync(client, target, cancellationToken);
        return Begun(request, target.JobId, "pending");
    }

    private async Task<IActionResult> StartJobAsync(
        HttpRequest request, AppServices services, ConnectorRecord connector, SyncWish wish, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (connector.IndexName is null || connector.ServiceType is null)
        {
            return ApiAnswer.Problem(StatusCodes.Status409Conflict, "The connector is not configured", $"Connector '{connector.Id}' has no {(connector.IndexName is null ? "index_name" : "service_type")}. Set it, then start a sync.");
        }

        await foreach (var found in services.Jobs.OfConnectorAsync(connector.Id, cancellationToken))
        {
            // A search is a moment behind.
            if (found.Status?.IsFinal() == false && found.Type == JobType.Full
                && await services.Jobs.FindAsync(found.Id, cancellationToken) is { Status: { } status } job && !status.IsFinal())
            {
                var location = LocationOf(job.Id);
                return ApiAnswer.Problem(
                    StatusCodes.Status409Conflict,
                    "The connector is being synced",
                    $"Job '{job.Id}' of connector '{connector.Id}' is {status.ToWord()}. Wait for it to end, or cancel it.",
                    ("jobId", job.Id),
                    ("job", location));
            }
        }

        var made = await services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, wish.Options, key: null, cancellationToken);

        // Within the limit of syncs at once; what is over it is started by a later poll.
        await starter.StartWaitingAsync(services, client, cancellationToken);
        return Begun(request, made!.Id, JobStatus.Pending.ToWord());
    }

    private static IActionResult Begun(HttpRequest request, string jobId, string status) =>
        ApiAnswer.Accepted(request, LocationOf(jobId), new JsonObject { ["id"] = jobId, ["status"] = status });

    private static string LocationOf(string jobId) => $"/api/syncs/{Uri.EscapeDataString(jobId)}";

    private static IActionResult Missing(string id) =>
        ApiAnswer.Problem(StatusCodes.Status404NotFound, "No such connector", $"There is no connector with id '{id}'. GET /api/connectors shows those that there are.");
}
