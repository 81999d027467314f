using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Sync.Api;

/// <summary>
/// The HTTP API without HTTP: the answers that every host shares. Elasticsearch failures are thrown as exceptions. Safe for concurrent use.
/// </summary>
internal sealed class ConnectorApi(ConnectorIndex connectors, SyncJobIndex jobs, SourceCheck sources, ConnectorServiceOptions options)
{
    /// <summary>Prefix of a dry run's id, which is not a job id.</summary>
    public const string DryRunPrefix = "dry-run-";

    private const int DefaultLimit = 100;
    private const string Unfinished = "unfinished";

    /// <summary>All connectors.</summary>
    public async Task<ApiResult> ListConnectorsAsync(CancellationToken cancellationToken)
    {
        var views = new JsonArray();
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            views.Add(ApiViews.Connector(connector, sources, options));
        }

        return new ApiResult(200, new JsonObject { ["connectors"] = views });
    }

    /// <summary>One connector, without sensitive values.</summary>
    public async Task<ApiResult> GetConnectorAsync(string id, CancellationToken cancellationToken) =>
        await connectors.FindAsync(id, cancellationToken) is { IsDeleted: false } connector
            ? new ApiResult(200, ApiViews.Details(connector, sources, options))
            : MissingConnector(id);

    /// <summary>Starts a sync, or a dry run.</summary>
    /// <param name="id">The connector's id.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="startDryRun">Starts a dry run and returns its id.</param>
    /// <param name="jobMade">Called when a new job is waiting.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<ApiResult> StartAsync(
        string id,
        Stream body,
        Func<ConnectorRecord, SyncOptions, Task<string>> startDryRun,
        Func<Task> jobMade,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(startDryRun);
        ArgumentNullException.ThrowIfNull(jobMade);
        var (requested, problem) = await SyncOptions.ReadAsync(body, cancellationToken);
        if (requested is null)
        {
            return ApiResult.Problem(400, "Invalid request", problem!);
        }

        if (await connectors.FindAsync(id, cancellationToken) is not { IsDeleted: false } connector)
        {
            return MissingConnector(id);
        }

        if (connector.IndexName is { } index && ContentIndexName.Problem(index) is { } impossible)
        {
            return ApiResult.Problem(
                409,
                "The connector's index can't be filled",
                $"index_name: {impossible} Attach another index to connector '{connector.Id}'."
            );
        }

        if (requested.Type == JobType.AccessControl && AccessControlCheck.Problem(connector, sources) is { } hasNone)
        {
            return ApiResult.Problem(409, "The connector has no access control to sync", hasNone);
        }

        if (requested.DryRun)
        {
            return Accepted(await startDryRun(connector, requested));
        }

        if (connector.IndexName is null || connector.ServiceType is null)
        {
            return ApiResult.Problem(
                409,
                "The connector is not configured",
                $"Connector '{connector.Id}' has no {(connector.IndexName is null ? "index_name" : "service_type")}. Set it, then start "
                    + "a sync."
            );
        }

        if (await UnfinishedJobAsync(connector.Id, requested.Type == JobType.AccessControl, cancellationToken) is { } job)
        {
            return ApiResult.Problem(
                409,
                "The connector is being synced",
                $"Job '{job.Id}' of connector '{connector.Id}' is {job.Status!.Value.ToWord()}. {WayOut(job)}",
                ("jobId", job.Id),
                ("job", LocationOf(job.Id))
            );
        }

        var made = await jobs.CreateAsync(
            connector,
            requested.Type,
            TriggerMethod.OnDemand,
            requested.Options,
            key: null,
            cancellationToken
        );
        await jobMade();
        return Accepted(made!.Id);
    }

    private string WayOut(SyncJobRecord job) =>
        JobSilence.Of(job, sources.Now) is { } silence ? $"It was {silence}." : "Wait for it to end, or cancel it.";

    /// <summary>The newest jobs first.</summary>
    /// <param name="connector">Only those of this connector; empty or <see langword="null"/> for all.</param>
    /// <param name="status">Only those in this state, or all that are <c>unfinished</c>; empty or <see langword="null"/> for any.</param>
    /// <param name="limit">How many, 1 to 1000; empty or <see langword="null"/> for 100.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<ApiResult> ListSyncsAsync(string? connector, string? status, string? limit, CancellationToken cancellationToken)
    {
        if (StatesOf(status) is not { } states)
        {
            return ApiResult.Problem(
                400,
                "Invalid request",
                $"status: '{status}' is not a job state. Known are {string.Join(", ", StatusWords)}."
            );
        }

        var count = DefaultLimit;
        if (
            !string.IsNullOrEmpty(limit)
            && !(int.TryParse(limit, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= SyncJobIndex.MaxNewest)
        )
        {
            return ApiResult.Problem(400, "Invalid request", $"limit: '{limit}' is not a number from 1 to {SyncJobIndex.MaxNewest}.");
        }

        var newest = await jobs.NewestAsync(string.IsNullOrEmpty(connector) ? null : connector, states, count, cancellationToken);
        var views = new JsonArray();
        var known = new Dictionary<string, ConnectorRecord?>(StringComparer.Ordinal);
        IReadOnlyList<SyncJobRecord>? unfinished = null;
        foreach (var job in newest)
        {
            var view = View(job);
            if (job.Status?.IsWaiting() == true)
            {
                unfinished ??= await jobs.NewestAsync(null, JobTransitions.Unfinished, SyncJobIndex.MaxNewest, cancellationToken);
                if (!known.TryGetValue(job.ConnectorId, out var record))
                {
                    known[job.ConnectorId] = record = await connectors.FindAsync(job.ConnectorId, cancellationToken);
                }

                view["waitsFor"] = JobWait.Of(job, unfinished, record, sources.Now);
            }

            views.Add(view);
        }

        return new ApiResult(200, new JsonObject { ["syncs"] = views });
    }

    /// <summary>The accepted values of the status filter: the states of a job, and one word for all unfinished jobs.</summary>
    internal static IReadOnlyList<string> StatusWords { get; } = [.. Enum.GetValues<JobStatus>().Select(item => item.ToWord()), Unfinished];

    /// <summary>
    /// The states that one of <see cref="StatusWords"/> stands for: none (any state) for an empty text, <see langword="null"/> for an
    /// unknown word.
    /// </summary>
    internal static IReadOnlyList<JobStatus>? StatesOf(string? word) =>
        word switch
        {
            null or "" => [],
            Unfinished => JobTransitions.Unfinished,
            _ => ProtocolWords.Parse<JobStatus>(word) is { } status ? [status] : null,
        };

    /// <summary>A job; <see langword="null"/> when there is none of that id.</summary>
    public Task<SyncJobRecord?> FindJobAsync(string jobId, CancellationToken cancellationToken) => jobs.FindAsync(jobId, cancellationToken);

    /// <summary>A job as it looks now.</summary>
    public JsonObject View(SyncJobRecord job) => JobView.At(job, sources.Now);

    /// <summary>Requests the cancellation of a job.</summary>
    public async Task<ApiResult> CancelAsync(string jobId, CancellationToken cancellationToken) =>
        await new SyncJobSteps(connectors, jobs).RequestCancelAsync(jobId, cancellationToken) switch
        {
            null => MissingSync(jobId),
            JobStatus.Canceling => State(202, jobId, JobStatus.Canceling),
            JobStatus.Canceled => State(200, jobId, JobStatus.Canceled),
            { } status => ApiResult.Problem(409, "The sync is over", $"Job '{jobId}' is {status.ToWord()} already."),
        };

    /// <summary>The response for a job or dry run: its state.</summary>
    public static ApiResult State(int httpStatus, string jobId, JobStatus status) =>
        new(httpStatus, new JsonObject { ["id"] = jobId, ["status"] = status.ToWord() });

    /// <summary>The response to a cancellation of a dry run that has ended.</summary>
    public static ApiResult DryRunIsOver(string id) => ApiResult.Problem(409, "The sync is over", $"Dry run '{id}' has ended already.");

    /// <summary>The response for an unknown sync.</summary>
    public static ApiResult MissingSync(string jobId) =>
        ApiResult.Problem(404, "No such sync", $"There is no sync job with id '{jobId}'. GET /api/syncs shows the newest ones.");

    /// <summary>The response for a failure.</summary>
    public static ApiResult Failed(ConnectorException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Kind is FailureKind.Retry
            ? ApiResult.Problem(503, "Temporarily unavailable", failure.Message)
            : ApiResult.Problem(502, "A call was refused", failure.Message);
    }

    private static ApiResult MissingConnector(string id) =>
        ApiResult.Problem(
            404,
            "No such connector",
            $"There is no connector with id '{id}'. GET /api/connectors shows those that there are."
        );

    private static ApiResult Accepted(string jobId) => State(202, jobId, JobStatus.Pending) with { Location = LocationOf(jobId) };

    private static string LocationOf(string jobId) => $"/api/syncs/{Uri.EscapeDataString(jobId)}";

    private async Task<SyncJobRecord?> UnfinishedJobAsync(string connectorId, bool isAccessControl, CancellationToken cancellationToken)
    {
        foreach (var found in await jobs.NewestAsync(connectorId, JobTransitions.Unfinished, SyncJobIndex.MaxNewest, cancellationToken))
        {
            // Searches lag a moment behind writes.
            if (
                (isAccessControl ? found.IsAccessControl : found.Type is JobType.Full or JobType.Incremental)
                && await jobs.FindAsync(found.Id, cancellationToken) is { Status: { } status } job
                && !status.IsFinal()
            )
            {
                return job;
            }
        }

        return null;
    }
}
