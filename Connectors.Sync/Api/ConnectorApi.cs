using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;

namespace Connectors.Sync.Api;

/// <summary>The HTTP API without HTTP: what every host that serves it answers alike. Failures of Elasticsearch come as exceptions. Safe for concurrent use.</summary>
internal sealed class ConnectorApi(ConnectorIndex connectors, SyncJobIndex jobs, SourceCheck sources, ConnectorServiceOptions options)
{
    /// <summary>How the id of a dry run begins, which is no job.</summary>
    public const string DryRunPrefix = "dry-run-";

    private const int Listed = 100;
    private const string Unfinished = "unfinished";

    /// <summary>All connectors.</summary>
    public async Task<ApiResult> ListConnectorsAsync(CancellationToken cancellationToken)
    {
        var views = new JsonArray();
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            views.Add(ApiViews.Connector(connector, options));
        }

        return new ApiResult(200, new JsonObject { ["connectors"] = views });
    }

    /// <summary>One connector, without what is sensitive.</summary>
    public async Task<ApiResult> GetConnectorAsync(string id, CancellationToken cancellationToken) =>
        await connectors.FindAsync(id, cancellationToken) is { IsDeleted: false } connector
            ? new ApiResult(200, ApiViews.Details(connector, sources, options))
            : MissingConnector(id);

    /// <summary>Starts a sync, or a dry run.</summary>
    /// <param name="id">The connector's id.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="startDryRun">Starts a dry run; gives its id.</param>
    /// <param name="jobMade">Called when there is a new job that somebody should take.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<ApiResult> StartAsync(
        string id, Stream body, Func<ConnectorRecord, SyncWish, Task<string>> startDryRun, Func<Task> jobMade, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(startDryRun);
        ArgumentNullException.ThrowIfNull(jobMade);
        var (wish, problem) = await SyncWish.ReadAsync(body, cancellationToken);
        if (wish is null)
        {
            return ApiResult.Problem(400, "The request can't be understood", problem!);
        }

        if (await connectors.FindAsync(id, cancellationToken) is not { IsDeleted: false } connector)
        {
            return MissingConnector(id);
        }

        if (connector.IndexName is { } index && ContentIndexName.Problem(index) is { } impossible)
        {
            return ApiResult.Problem(409, "The connector's index can't be filled", $"index_name: {impossible} Attach another index to connector '{connector.Id}'.");
        }

        if (wish.DryRun)
        {
            return Begun(await startDryRun(connector, wish));
        }

        if (connector.IndexName is null || connector.ServiceType is null)
        {
            return ApiResult.Problem(409, "The connector is not configured", $"Connector '{connector.Id}' has no {(connector.IndexName is null ? "index_name" : "service_type")}. Set it, then start a sync.");
        }

        if (await UnfinishedJobAsync(connector.Id, wish.Type == JobType.AccessControl, cancellationToken) is { } job)
        {
            return ApiResult.Problem(
                409,
                "The connector is being synced",
                $"Job '{job.Id}' of connector '{connector.Id}' is {job.Status!.Value.ToWord()}. Wait for it to end, or cancel it.",
                ("jobId", job.Id),
                ("job", LocationOf(job.Id)));
        }

        var made = await jobs.CreateAsync(connector, wish.Type, TriggerMethod.OnDemand, wish.Options, key: null, cancellationToken);
        await jobMade();
        return Begun(made!.Id);
    }

    /// <summary>The newest jobs, the newest first.</summary>
    /// <param name="connector">Only those of this connector; empty or <see langword="null"/> for all.</param>
    /// <param name="status">Only those in this state, or all that are <c>unfinished</c>; empty or <see langword="null"/> for any.</param>
    /// <param name="limit">How many, 1 to 1000; empty or <see langword="null"/> for 100.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<ApiResult> ListSyncsAsync(string? connector, string? status, string? limit, CancellationToken cancellationToken)
    {
        if (StatesOf(status) is not { } states)
        {
            return ApiResult.Problem(400, "The request can't be understood", $"status: '{status}' is no state of a job. Known are {string.Join(", ", StatusWords)}.");
        }

        var count = Listed;
        if (!string.IsNullOrEmpty(limit) && !(int.TryParse(limit, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= SyncJobIndex.MaxNewest))
        {
            return ApiResult.Problem(400, "The request can't be understood", $"limit: '{limit}' is not a number from 1 to {SyncJobIndex.MaxNewest}.");
        }

        var newest = await jobs.NewestAsync(string.IsNullOrEmpty(connector) ? null : connector, states, count, cancellationToken);
        return new ApiResult(200, new JsonObject { ["syncs"] = new JsonArray([.. newest.Select(ApiViews.Job)]) });
    }

    /// <summary>What jobs may be asked for by: their states, and a word for all that are not over.</summary>
    internal static IReadOnlyList<string> StatusWords { get; } = [.. Enum.GetValues<JobStatus>().Select(one => one.ToWord()), Unfinished];

    /// <summary>The states that one of <see cref="StatusWords"/> means; none, which is any, for an empty one; <see langword="null"/> for another word.</summary>
    internal static IReadOnlyList<JobStatus>? StatesOf(string? word) => word switch
    {
        null or "" => [],
        Unfinished => JobTransitions.Unfinished,
        _ => ProtocolWords.Parse<JobStatus>(word) is { } status ? [status] : null,
    };

    /// <summary>Asks for the end of a job.</summary>
    public async Task<ApiResult> CancelAsync(string jobId, CancellationToken cancellationToken) => await jobs.RequestCancelAsync(jobId, cancellationToken) switch
    {
        null => MissingSync(jobId),
        JobStatus.Canceling => State(202, jobId, JobStatus.Canceling),
        JobStatus.Canceled => State(200, jobId, JobStatus.Canceled),
        { } status => ApiResult.Problem(409, "The sync is over", $"Job '{jobId}' is {status.ToWord()} already."),
    };

    /// <summary>What is answered about a job or dry run: its state.</summary>
    public static ApiResult State(int httpStatus, string jobId, JobStatus status) => new(httpStatus, new JsonObject { ["id"] = jobId, ["status"] = status.ToWord() });

    /// <summary>What is answered when a dry run is to be cancelled that has ended.</summary>
    public static ApiResult DryRunIsOver(string id) => ApiResult.Problem(409, "The sync is over", $"Dry run '{id}' has ended already.");

    /// <summary>What is answered when there is no such sync.</summary>
    public static ApiResult MissingSync(string jobId) =>
        ApiResult.Problem(404, "No such sync", $"There is no sync job with id '{jobId}'. GET /api/syncs shows the newest ones.");

    /// <summary>What is answered when something failed.</summary>
    public static ApiResult Failed(ConnectorException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Kind is FailureKind.Retry
            ? ApiResult.Problem(503, "Something does not answer now", failure.Message)
            : ApiResult.Problem(502, "Something refuses to work", failure.Message);
    }

    private static ApiResult MissingConnector(string id) =>
        ApiResult.Problem(404, "No such connector", $"There is no connector with id '{id}'. GET /api/connectors shows those that there are.");

    private static ApiResult Begun(string jobId) => State(202, jobId, JobStatus.Pending) with { Location = LocationOf(jobId) };

    private static string LocationOf(string jobId) => $"/api/syncs/{Uri.EscapeDataString(jobId)}";

    private async Task<SyncJobRecord?> UnfinishedJobAsync(string connectorId, bool isAccessControl, CancellationToken cancellationToken)
    {
        foreach (var found in await jobs.NewestAsync(connectorId, JobTransitions.Unfinished, SyncJobIndex.MaxNewest, cancellationToken))
        {
            // A search is a moment behind.
            if ((isAccessControl ? found.IsAccessControl : found.Type is JobType.Full or JobType.Incremental)
                && await jobs.FindAsync(found.Id, cancellationToken) is { Status: { } status } job && !status.IsFinal())
            {
                return job;
            }
        }

        return null;
    }
}
