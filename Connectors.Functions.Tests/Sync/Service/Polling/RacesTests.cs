using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.CleanUp;
using Connectors.Sync.Service.Polling;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Protocol;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>Two services and a person in Kibana at work on the same documents, in random orders: no write is lost, and no state leaves the
/// allowed ways.</summary>
public sealed class RacesTests
{
    private static int _conflicts;
    private static int _turns;
    private static int _jobs;

    [Fact]
    public async Task NoWriteIsLostInAThousandInterleavings()
    {
        // Off the test's own context: a flow goes on where its turn is given, not later.
        await Task.Run(
            () => Gen.Int[0, int.MaxValue - 1].SampleAsync(seed => new Race(seed).RunAsync(), iter: 1_000, threads: 1),
            TestContext.Current.CancellationToken
        );

        // The interleavings are worth something only when flows do meet.
        Assert.True(_conflicts > 1_000, $"only {_conflicts} conflicts");
        Assert.True(_jobs > 2_000, $"only {_jobs} jobs");
        Assert.True(_turns > 100_000, $"only {_turns} turns");
    }

    private sealed class Race
    {
        private const string Id = "c1";
        private readonly Random _random;
        private readonly InMemoryDocumentStore _store = new();
        private readonly FakeTimeProvider _clock = new(Some.Time("2026-11-23T22:00:00Z"));
        private readonly Interleaving _interleaving;
        private readonly InterleavedStore _seen;
        private readonly Dictionary<string, JobStatus> _statuses = [];
        private readonly Dictionary<string, string?> _workers = [];
        private readonly HashSet<string> _validDrafts = ["everything"];
        private string _host = "h0";
        private string _name = "n0";
        private string _draft = "everything";

        public Race(int seed)
        {
            _random = new Random(seed);
            _interleaving = new Interleaving(_random);
            _seen = new InterleavedStore(_store, _interleaving);
            _interleaving.BeforeTurn = Tick;
            var connector = Some.Json(
                """{"service_type": "fake", "index_name": "search-c1", "status": "configured", "scheduling": {"full": {"enabled": true, "interval": "0/1 * * * * ?"}}}"""
            );
            connector["configuration"] = ConnectorConfiguration.Render(
                FakeSources.Description.Fields,
                new Dictionary<string, JsonNode?> { ["host"] = _host }
            );
            connector["name"] = _name;
            connector["last_sync_scheduled_at"] = "2026-11-23T21:59:59Z";
            connector["filtering"] = new JsonArray(
                new JsonObject
                {
                    ["domain"] = "DEFAULT",
                    ["active"] = Draft("everything", "valid"),
                    ["draft"] = Draft("everything", "valid"),
                }
            );
            _store.Put(ProtocolIndices.Connectors, Id, connector);
        }

        private static CancellationToken Token => CancellationToken.None;

        private JsonObject Connector => _store[ProtocolIndices.Connectors, Id];

        public async Task RunAsync()
        {
            await _interleaving.RunAsync(() => ServeAsync("one"), () => ServeAsync("two"), EditAsync);
            Check();

            // Everybody's edits are still there.
            Assert.Equal(_host, Connector["configuration"]!["host"]!["value"]!.GetValue<string>());
            Assert.Equal(_name, Connector["name"]!.GetValue<string>());
            Assert.Equal(_draft, Connector["filtering"]![0]!["draft"]!["rules"]![0]!["id"]!.GetValue<string>());
            Assert.All(_store.Ids(ProtocolIndices.SyncJobs), id => Assert.False(_statuses[id].IsRunning(), $"{id} is {_statuses[id]}"));
            Assert.NotEqual("in_progress", Connector["last_sync_status"]?.GetValue<string>());
            Assert.Contains(Connector["last_sync_status"]?.GetValue<string>(), LastStatuses());
            _jobs += _statuses.Count;
            _conflicts += _store.Conflicts;
            _turns += _interleaving.Turns;
        }

        /// <summary>What the connector may say of the job that was taken last. When the person cancels one that is suspended, nobody writes
        /// to the connector.</summary>
        private string?[] LastStatuses() =>
            _store
                .Ids(ProtocolIndices.SyncJobs)
                .Select(id => _store[ProtocolIndices.SyncJobs, id])
                .Where(job => job["started_at"] is not null)
                .MaxBy(job => job["started_at"]!.GetValue<string>(), StringComparer.Ordinal)
                ?["status"]!.GetValue<string>() switch
            {
                "canceled" => ["canceled", "suspended"],
                var status => [status],
            };

        private static JsonObject Draft(string id, string state) =>
            new()
            {
                ["rules"] = new JsonArray(
                    new JsonObject
                    {
                        ["id"] = id,
                        ["field"] = id.StartsWith("bad", StringComparison.Ordinal) ? "" : "name",
                        ["rule"] = "equals",
                        ["value"] = id,
                        ["policy"] = "exclude",
                        ["order"] = 0,
                    }
                ),
                ["validation"] = new JsonObject { ["state"] = state, ["errors"] = new JsonArray() },
            };

        private void Tick()
        {
            Check();
            _clock.Advance(_random.Next(200) == 0 ? TimeSpan.FromMinutes(6) : TimeSpan.FromMilliseconds(_random.Next(1, 50)));
        }

        /// <summary>Compares with the moment before: one call was carried out since.</summary>
        private void Check()
        {
            foreach (var id in _store.Ids(ProtocolIndices.SyncJobs))
            {
                var job = _store[ProtocolIndices.SyncJobs, id];
                var (status, worker) = (
                    ProtocolWords.Parse<JobStatus>(job["status"]!.GetValue<string>())!.Value,
                    job["worker_hostname"]?.GetValue<string>()
                );
                if (_statuses.TryGetValue(id, out var before))
                {
                    Assert.True(before == status || JobTransitions.IsAllowed(before, status), $"{id} went from {before} to {status}");
                    Assert.True(
                        worker == _workers[id] || before.IsWaiting(),
                        $"{worker} took {id} from {_workers[id]} while it was {before}"
                    );
                }
                else
                {
                    Assert.Equal(JobStatus.Pending, status);
                }

                (_statuses[id], _workers[id]) = (status, worker);
            }

            Assert.Contains(Connector["filtering"]![0]!["active"]!["rules"]![0]!["id"]!.GetValue<string>(), _validDrafts);
            Assert.NotNull(ProtocolWords.Parse<ConnectorStatus>(Connector["status"]!.GetValue<string>()));
        }

        private async Task ServeAsync(string name)
        {
            var connectors = new ConnectorIndex(_seen, _clock);
            var jobs = new SyncJobIndex(_seen, _clock);
            var steps = new SyncJobSteps(connectors, jobs);
            var options = new ConnectorServiceOptions { Worker = new JobWorker(name, name), ServiceTypes = ["fake"] };
            var maintenance = new ConnectorMaintenance(
                connectors,
                steps,
                new SourceCheck(new FakeSources(), _clock, new CallerScheduler()),
                options,
                _clock,
                NullLoggerFactory.Instance
            );
            var cleanup = new JobCleanup(jobs, steps, _clock, NullLoggerFactory.Instance);
            for (var round = 0; round < 3; round++)
            {
                var unfinished = await jobs.UnfinishedAsync(Token).ToListAsync(Token);
                await foreach (var connector in connectors.ListAsync(Token))
                {
                    await maintenance.MaintainAsync(
                        connector,
                        unfinished.Exists(job => job.Status == JobStatus.Pending) ? [SyncKind.Full] : [],
                        isAccessControlPending: false,
                        isRunning: false,
                        Token
                    );
                }

                foreach (var job in JobQueue.Next(await jobs.UnfinishedAsync(Token).ToListAsync(Token), _ => false))
                {
                    if (await steps.ClaimAsync(job, options.Worker, adopt: false, Token) is { } claimed)
                    {
                        await WorkAsync(steps, JobClaim.Of(claimed), name);
                    }
                }

                await cleanup.FailIdleJobsAsync(_ => ValueTask.FromResult(true), TimeSpan.FromMinutes(5), Token);
            }

            // What the other one left running when it ended.
            await foreach (var job in jobs.UnfinishedAsync(Token))
            {
                if (job.Status?.IsRunning() == true && _workers[job.Id] == name)
                {
                    await steps.FailAsync(JobClaim.Of(job), new JobResult { Error = "stopped" }, Token);
                }
            }
        }

        private async Task WorkAsync(SyncJobSteps steps, JobClaim job, string name)
        {
            var status = (JobStatus?)JobStatus.InProgress;
            var counts = default(SyncCounts);
            for (var page = _random.Next(3); page > 0 && status == JobStatus.InProgress; page--)
            {
                counts += new SyncCounts(Created: 1);
                status = await steps.ProgressAsync(job, counts, wait: null, Token);
            }

            var result = new JobResult { Counts = counts };
            var ended = _random.Next(4) switch
            {
                _ when status == JobStatus.Canceling => await steps.CancelAsync(job, result, Token),
                0 => await steps.FailAsync(job, result with { Error = "broken" }, Token),
                1 => await steps.SuspendAsync(job, result, Token),
                _ => await steps.CompleteAsync(job, result, Token),
            };
            if (ended is not null && ended.WorkerHostname == name && ended.Error != "The job has not seen any update for some time.")
            {
                // Neither given up by the other one as idle, nor suspended by us and taken by the other one at once.
                Assert.Equal(counts.Indexed, ended.IndexedDocumentCount);
            }
        }

        private async Task EditAsync()
        {
            for (var edit = 1; edit <= 8; edit++)
            {
                await _interleaving.TurnAsync();
                var number = edit.ToString(CultureInfo.InvariantCulture);
                switch (_random.Next(6))
                {
                    case 0:
                        _host = $"h{number}";
                        _store.Edit(
                            ProtocolIndices.Connectors,
                            Id,
                            $$"""{"status": "configured", "configuration": {"host": {"value": "{{_host}}"} } }"""
                        );
                        break;
                    case 1:
                        _name = $"n{number}";
                        _store.Edit(ProtocolIndices.Connectors, Id, $$"""{"name": "{{_name}}"}""");
                        break;
                    case 2 or 3:
                        DraftRules(number);
                        break;
                    case 4:
                        var record = new ConnectorRecord((await _store.GetAsync(ProtocolIndices.Connectors, Id, Token))!);
                        await new SyncJobIndex(_store, _clock).CreateAsync(
                            record,
                            JobType.Full,
                            TriggerMethod.OnDemand,
                            new SyncJobOptions(),
                            key: null,
                            Token
                        );
                        break;
                    default:
                        if (_store.Ids(ProtocolIndices.SyncJobs) is { Count: > 0 } ids)
                        {
                            await new SyncJobIndex(_store, _clock).RequestCancelAsync(ids[_random.Next(ids.Count)], Token);
                        }

                        break;
                }

                Check();
            }
        }

        private void DraftRules(string number)
        {
            _draft = $"{(_random.Next(2) == 0 ? "bad" : "good")}{number}";
            if (_draft.StartsWith("good", StringComparison.Ordinal))
            {
                _validDrafts.Add(_draft);
            }

            // As Kibana does: the draft is replaced, whatever is in force stays.
            var filtering = Connector["filtering"]!.DeepClone();
            filtering[0]!["draft"] = Draft(_draft, "edited");
            _store.Edit(ProtocolIndices.Connectors, Id, new JsonObject { ["filtering"] = filtering }.ToJsonString());
        }
    }
}
