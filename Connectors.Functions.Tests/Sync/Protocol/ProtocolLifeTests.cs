using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

/// <summary>The life of a connector, step by step beside the recorded one: the same fields of the same documents change at the same steps
/// to the same values. Fields of ours (<c>metadata</c>) come on top.</summary>
public sealed class ProtocolLifeTests
{
    private const string Time = "(time)";
    private static readonly JobWorker Worker = new("vm", "worker-1");

    private readonly InMemoryDocumentStore _store = new();
    private readonly FakeTimeProvider _clock = new(Some.Time("2026-11-23T22:35:29.5Z"));
    private readonly ConnectorIndex _connectors;
    private readonly SyncJobIndex _jobs;
    private readonly SyncJobSteps _steps;
    private JsonObject _connectorBefore = [];
    private JsonObject _jobBefore = [];

    public ProtocolLifeTests()
    {
        _connectors = new ConnectorIndex(_store, _clock);
        _jobs = new SyncJobIndex(_store, _clock);
        _steps = new SyncJobSteps(_connectors, _jobs);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreatedThenConfiguredThenConnected()
    {
        Begin(RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!);

        await _connectors.PrepareAsync("life-1", "mongodb", Some.MongoPreparation, Token);
        await _connectors.CheckInAsync("life-1", TimeSpan.FromMinutes(5), Token);
        var expected = Changes(RecordedLife.Snapshot(1, "after the first look")["connector_changed"]!);
        expected["features"] = Text("features", Some.NoFeatures());
        Assert.Equal(expected, ConnectorChanges());

        _store.Edit(
            ProtocolIndices.Connectors,
            "life-1",
            """{"status": "configured", "configuration": {"host": {"value": "mongodb://h"}}}"""
        );
        ConnectorChanges();
        await _connectors.MarkConnectedAsync("life-1", Token);
        Assert.Equal(Changes(RecordedLife.Snapshot(2, "connected")["connector_changed"]!, "error null"), ConnectorChanges());
    }

    [Fact]
    public async Task AnOnDemandJobCompletes()
    {
        var job = await BeginJobAsync();
        var before = RecordedLife.Snapshot(3, "pending")["job"]!.AsObject();
        Assert.Equal(Shape(before), Shape(_store[ProtocolIndices.SyncJobs, job.Id]));

        job = await _steps.ClaimAsync(job, Worker, adopt: false, Token);
        var claimed = RecordedLife.Snapshot(3, "in progress");
        Assert.Equal(Changes(claimed["job_changed"]!, "metadata.worker worker-1"), JobChanges());
        Assert.Equal(Changes(claimed["connector_changed"]!, "error null", "last_sync_error null"), ConnectorChanges());

        _clock.Advance(TimeSpan.FromSeconds(2));
        await _steps.CompleteAsync(
            JobClaim.Of(job!),
            new JobResult { Counts = new SyncCounts(Read: 20, Created: 20), TotalDocuments = 20 },
            Token
        );
        var completed = RecordedLife.Snapshot(3, "completed");
        Assert.Equal(Changes(completed["job_changed"]!, "error null"), WithoutMetadata(JobChanges()));
        Assert.Equal(Changes(completed["connector_changed"]!, "sync_cursor null"), ConnectorChanges());
    }

    [Fact]
    public async Task AScheduledJobIsStampedWithTheTimeOfItsSchedule()
    {
        _clock.Advance(Some.Time("2026-11-23T22:36:00.6Z") - _clock.GetUtcNow());
        var connector = RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!.AsObject();
        connector["scheduling"]!["full"] = Some.Json("""{"enabled": true, "interval": "0/20 * * * * ?"}""");
        connector["last_seen"] = "2026-11-23T22:35:57Z";
        Begin(connector);

        var record = (await _connectors.FindAsync("life-1", Token))!;
        var due = Assert.Single(DueSyncs.Of(record, _clock.GetUtcNow()).Syncs);
        var job = await _steps.CreateAsync(record, due, isPending: false, Token);

        Assert.Equal(
            RecordedLife.Update(5, "last_sync_scheduled_at")["last_sync_scheduled_at"]!.GetValue<string>(),
            Connector["last_sync_scheduled_at"]!.GetValue<string>()
        );
        Assert.Equal("scheduled", job!.Document.Source["trigger_method"]!.GetValue<string>());
        Assert.Empty(DueSyncs.Of((await _connectors.FindAsync("life-1", Token))!, _clock.GetUtcNow()).Syncs);

        // A second service that read the connector before us: no second job.
        Assert.Null(await _steps.CreateAsync(record, due, isPending: false, Token));
        Assert.Single(_store.Ids(ProtocolIndices.SyncJobs));
    }

    [Fact]
    public async Task AFailedJobWritesItsErrorInBothDocuments()
    {
        var job = (await _steps.ClaimAsync(await BeginJobAsync(), Worker, adopt: false, Token))!;
        ConnectorChanges();
        JobChanges();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await _steps.FailAsync(
            JobClaim.Of(job),
            new JobResult
            {
                Error = "collection: nothere does not exist.",
                Counts = default(SyncCounts),
                TotalDocuments = 20,
            },
            Token
        );

        Assert.Equal(
            [
                "completed_at (time)",
                "error \"collection: nothere does not exist.\"",
                "last_seen (time)",
                "status \"error\"",
                "total_document_count 20",
            ],
            WithoutMetadata(JobChanges()).Select(pair => $"{pair.Key} {pair.Value}")
        );
        // The recorded service writes the same fields in scene 7.
        var recorded = RecordedLife.Update(7, "last_synced", "does not exist within database");
        recorded["error"] = "collection: nothere does not exist.";
        recorded["last_sync_error"] = "collection: nothere does not exist.";
        Assert.Equal(Changes(recorded), ConnectorChanges());
    }

    [Fact]
    public async Task ACanceledJobIsCanceled()
    {
        var job = (await _steps.ClaimAsync(await BeginJobAsync(), Worker, adopt: false, Token))!;
        Assert.Equal(JobStatus.InProgress, await _steps.ProgressAsync(JobClaim.Of(job), default(SyncCounts), wait: null, Token));
        ConnectorChanges();
        JobChanges();

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(JobStatus.Canceling, await _jobs.RequestCancelAsync(job.Id, Token));
        Assert.Equal(["cancelation_requested_at (time)", "status \"canceling\""], JobChanges().Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.Equal(JobStatus.Canceling, await _steps.ProgressAsync(JobClaim.Of(job), default(SyncCounts), wait: null, Token));

        _clock.Advance(TimeSpan.FromSeconds(1));
        var result = new JobResult { Counts = new SyncCounts(Created: 7500, Bytes: 23L * 1024 * 1024), TotalDocuments = 7500 };
        await _steps.CancelAsync(JobClaim.Of(job), result, Token);
        var recorded = RecordedLife.Snapshot(8, "canceled");
        Assert.Equal(Changes(recorded["job_changed"]!, "error null"), WithoutMetadata(JobChanges()));
        Assert.Equal(Changes(recorded["connector_changed"]!, "last_deleted_document_count 0"), ConnectorChanges());
    }

    [Fact]
    public async Task ASuspendedJobIsTakenUpAgain()
    {
        var job = (await _steps.ClaimAsync(await BeginJobAsync(), Worker, adopt: false, Token))!;
        ConnectorChanges();
        JobChanges();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await _steps.SuspendAsync(
            JobClaim.Of(job),
            new JobResult { Counts = new SyncCounts(Created: 7500, Bytes: 22L * 1024 * 1024), TotalDocuments = 7500 },
            Token
        );
        Assert.Equal(Changes(RecordedLife.Snapshot(9, "after SIGTERM")["connector_changed"]!), ConnectorChanges());
        Assert.Equal(
            [
                "error null",
                "indexed_document_count 7500",
                "indexed_document_volume 22",
                "last_seen (time)",
                "status \"suspended\"",
                "total_document_count 7500",
            ],
            WithoutMetadata(JobChanges()).Select(pair => $"{pair.Key} {pair.Value}")
        );

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await _steps.ClaimAsync((await _jobs.FindAsync(job.Id, Token))!, Worker, adopt: false, Token));
        var taken = RecordedLife.Snapshot(9, "taken up");
        Assert.Equal(Changes(taken["job_changed"]!, "metadata.earlier_milliseconds 1000", "metadata.resumed_at (time)"), JobChanges());
        Assert.Equal("in_progress", Connector["last_sync_status"]!.GetValue<string>());
    }

    private JsonObject Connector => _store[ProtocolIndices.Connectors, "life-1"];

    private async Task<SyncJobRecord> BeginJobAsync()
    {
        var connector = RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!.AsObject();
        connector["status"] = "connected";
        connector["configuration"] = RecordedLife.Snapshot(3, "pending")["job"]!["connector"]!["configuration"]!.DeepClone();
        Begin(connector);
        var record = (await _connectors.FindAsync("life-1", Token))!;
        var job = (await _jobs.CreateAsync(record, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token))!;
        _jobBefore = job.Document.Source;
        _clock.Advance(TimeSpan.FromSeconds(1));
        return job;
    }

    private void Begin(JsonNode connector)
    {
        _store.Put(ProtocolIndices.Connectors, "life-1", connector.AsObject());
        _connectorBefore = Connector;
    }

    private SortedDictionary<string, string> ConnectorChanges()
    {
        var before = _connectorBefore;
        _connectorBefore = Connector;
        return Difference(before, _connectorBefore);
    }

    private SortedDictionary<string, string> JobChanges()
    {
        var before = _jobBefore;
        _jobBefore = _store[ProtocolIndices.SyncJobs, Assert.Single(_store.Ids(ProtocolIndices.SyncJobs))];
        return Difference(before, _jobBefore);
    }

    private static SortedDictionary<string, string> WithoutMetadata(SortedDictionary<string, string> changes) =>
        new(changes.Where(pair => !pair.Key.StartsWith("metadata.", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);

    private static SortedDictionary<string, string> Changes(JsonNode recorded, params string[] andOurs)
    {
        var changes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in recorded.AsObject())
        {
            changes[name] = Text(name, value);
        }

        foreach (var ours in andOurs)
        {
            var space = ours.IndexOf(' ', StringComparison.Ordinal);
            var value = ours[(space + 1)..];
            changes[ours[..space]] = value is "null" or "(time)" || char.IsDigit(value[0]) ? value : $"\"{value}\"";
        }

        return changes;
    }

    private static SortedDictionary<string, string> Difference(JsonObject before, JsonObject after)
    {
        var changes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(before, after, string.Empty);
        return changes;

        void Add(JsonObject item, JsonObject other, string prefix)
        {
            foreach (var (name, value) in other)
            {
                if (item[name] is JsonObject && value is JsonObject && name is "configuration" or "metadata" or "scheduling")
                {
                    Add(item[name]!.AsObject(), value!.AsObject(), $"{prefix}{name}.");
                }
                else if (!item.ContainsKey(name) || !JsonNode.DeepEquals(item[name], value))
                {
                    changes[prefix + name] = Text(name, value);
                }
            }
        }
    }

    private static string Text(string name, JsonNode? value) =>
        name is "last_seen" or "last_synced" || name.EndsWith("_at", StringComparison.Ordinal)
            ? ProtocolTime.Parse(value?.GetValue<string>()) is null
                ? $"no time: {value}"
                : Time
            : Sorted(value)?.ToJsonString() ?? "null";

    // Elasticsearch's Connector API gives the properties of a configuration field back in another order.
    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject properties => new JsonObject(
                properties
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };

    /// <summary>Names and kinds, without times and the connector's id.</summary>
    private static IEnumerable<string> Shape(JsonObject job) =>
        Leaves(string.Empty, job)
            .Where(leaf => !leaf.Contains("configuration.", StringComparison.Ordinal) || leaf.Contains(".value", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Leaves(string path, JsonNode? node) =>
        node switch
        {
            JsonObject { Count: > 0 } properties => properties.SelectMany(pair => Leaves($"{path}.{pair.Key}", pair.Value)),
            _ =>
            [
                path.EndsWith("_at", StringComparison.Ordinal) || path.EndsWith("last_seen", StringComparison.Ordinal)
                    ? path
                    : $"{path} {Sorted(node)?.ToJsonString()}",
            ],
        };
}
