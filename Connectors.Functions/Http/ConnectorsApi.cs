using Connectors.Functions.Orchestrations;
using Connectors.Functions.Triggers;
using Connectors.Sync.Api;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
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
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "connectors")] HttpRequest request,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "ListConnectors",
            request,
            async services => ApiResponse.Of(request, await services.Api.ListConnectorsAsync(cancellationToken)),
            cancellationToken
        );

    /// <summary>One connector, without what is sensitive.</summary>
    [Function("GetConnector")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "connectors/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "GetConnector",
            request,
            async services => ApiResponse.Of(request, await services.Api.GetConnectorAsync(id, cancellationToken)),
            cancellationToken
        );

    /// <summary>Starts a sync, or a dry run.</summary>
    [Function("StartSync")]
    public Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "connectors/{id}/syncs")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            "StartSync",
            request,
            async services =>
                ApiResponse.Of(
                    request,
                    await services.Api.StartAsync(
                        id,
                        request.Body,
                        (connector, requested) => StartDryRunAsync(connector, requested, client, cancellationToken),
                        // Within the limit of syncs at once; what is over it is started by a later poll.
                        () => starter.StartWaitingAsync(services, client, cancellationToken),
                        cancellationToken
                    )
                ),
            cancellationToken
        );

    private async Task<string> StartDryRunAsync(
        ConnectorRecord connector,
        SyncOptions requested,
        DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        var target = new SyncJobInput(
            SyncJobInput.DryRunPrefix + Guid.NewGuid().ToString("N"),
            connector.Id,
            DryRun: true,
            requested.Options.AllowMassDelete,
            requested.Options.Reindex,
            requested.Options.Kind
        )
        {
            AccessControl = requested.Type == JobType.AccessControl,
        };
        await starter.TryStartAsync(client, target, cancellationToken);
        return target.JobId;
    }
}
