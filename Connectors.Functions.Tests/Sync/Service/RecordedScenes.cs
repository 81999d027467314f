using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Emulator;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>
/// The recorded life beside ours: the user's recorded requests go to the emulator, our service does its work, and at each recorded snapshot
/// the two documents are compared field by field.
/// </summary>
internal sealed class RecordedScenes : IAsyncDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.Parse(
        "2026-11-23T22:35:28.6Z",
        System.Globalization.CultureInfo.InvariantCulture
    );
    private readonly Queue<JsonObject> _lines = new(RecordedLife.UserAndSnapshots());
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly EmulatorServer _server;
    private readonly EmulatorClient _client;
    private readonly ElasticsearchGateway _gateway;
    private JsonObject _connector = [];
    private JsonObject _job = [];
    private string _jobId = string.Empty;

    private RecordedScenes(EmulatorServer server, PatientClock clock)
    {
        _server = server;
        Clock = clock;
        _client = new EmulatorClient(server);
        _gateway = GatewayFixture.GatewayOf(server.Uri);
        Service = NewService();
    }

    public PatientClock Clock { get; }

    public ScriptedEngine Engine { get; } = new();

    public LifeSources Sources { get; } = new();

    public ConnectorService Service { get; private set; }

    /// <summary>Every difference, as <c>scene snapshot | document.field</c> with both values.</summary>
    public SortedDictionary<string, string> Differences { get; } = new(StringComparer.Ordinal);

    /// <summary>How many fields were compared.</summary>
    public int Compared { get; private set; }

    public int LinesLeft => _lines.Count;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RecordedScenes> StartAsync()
    {
        var clock = new PatientClock(Begin);
        return new(await EmulatorServer.StartAsync(new EmulatorOptions { TimeProvider = clock }, Token), clock);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _gateway.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>The process ends and another one starts in its place.</summary>
    public void Restart() => Service = NewService();

    /// <summary>Documents in the content index from now on.</summary>
    public void Fill(int count)
    {
        for (var number = _server.Count("search-life-1"); number < count; number++)
        {
            _server.Put("search-life-1", $"d{number}", "{}");
        }
    }

    /// <summary>The next recorded request of the user.</summary>
    public async Task UserAsync(string request)
    {
        var line = Next();
        var last = line["request"]!.ToString().Split('/')[^1];
        Assert.Equal(request, _ids.ContainsKey(last) ? "a job" : last);
        var (status, answer) = await _client.SendAsync(
            Ours(line["request"]!.ToString()),
            line["body"] is { } body ? Ours(body.ToJsonString()) : null
        );
        Assert.Equal(line["status"]!.GetValue<int>(), status);
        if (request == "_sync_job")
        {
            _jobId = answer!["id"]!.ToString();
            _ids[line["response"]!["id"]!.ToString()] = _jobId;
        }
    }

    /// <summary>One round of the service; its jobs run to their end.</summary>
    public Task<IReadOnlyList<SyncResult>> RoundAsync() => Service.RunOnceAsync(Token, Token);

    /// <summary>Compares the documents at the next recorded snapshot.</summary>
    public void Snapshot(string name)
    {
        var line = Next();
        Assert.Equal(name, line["snapshot"]!.ToString());
        Apply(ref _connector, line["connector"], line["connector_changed"]);
        Apply(ref _job, line["job"], line["job_changed"]);
        var where = $"{line["scene"]!.ToString().Split(' ')[0]} {name} | ";
        Compare(where + "connector", _connector, JsonNode.Parse(_server.Get(ProtocolIndices.Connectors, "life-1")!)!.AsObject());
        if (_job.Count > 0)
        {
            Compare(where + "job", _job, JsonNode.Parse(_server.Get(ProtocolIndices.SyncJobs, JobId())!)!.AsObject());
        }
    }

    public async Task PassTimeUntilAsync(Func<bool> condition)
    {
        for (var steps = 0; !condition(); steps++)
        {
            Assert.True(steps < 2_000_000, "what the test waits for did not come");
            await Clock.PassAsync(TimeSpan.FromSeconds(0.25), condition, Token);
        }
    }

    private string JobId() =>
        _jobId.Length > 0 && _job["trigger_method"]!.ToString() == "on_demand"
            ? _jobId
            : _server
                .Ids(ProtocolIndices.SyncJobs)
                .Single(id => _server.Get(ProtocolIndices.SyncJobs, id)!.Contains("\"scheduled\"", StringComparison.Ordinal));

    private JsonObject Next()
    {
        var line = _lines.Dequeue();
        var time = Begin + TimeSpan.FromSeconds(line["t"]!.GetValue<double>());
        if (time > Clock.GetUtcNow())
        {
            Clock.SetUtcNow(time);
        }
        else
        {
            // Ours took longer: no two things happen at the same moment.
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return line;
    }

    private string Ours(string text) =>
        _ids.Aggregate(text, (replaced, id) => replaced.Replace(id.Key, id.Value, StringComparison.Ordinal));

    private ConnectorService NewService() =>
        new(
            new ServiceParts
            {
                Store = _gateway.Documents,
                EngineOf = _ => Engine,
                Sources = Sources,
                ContentIndexOf = _ => _gateway.Content,
                TimeProvider = Clock,
                LoggerFactory = NullLoggerFactory.Instance,
            },
            new ConnectorServiceOptions
            {
                Worker = new JobWorker("vm", "worker-1"),
                Connectors = [new ConnectorEntry("life-1", "mongodb", null)],
            }
        );

    private static void Apply(ref JsonObject document, JsonNode? whole, JsonNode? changed)
    {
        if (whole is JsonObject all)
        {
            document = all.DeepClone().AsObject();
        }

        foreach (var (path, value) in changed as JsonObject ?? [])
        {
            JsonNode place = document;
            var names = path.Split('.');
            foreach (var name in names[..^1])
            {
                place = place[name] ??= new JsonObject();
            }

            place[names[^1]] = value?.DeepClone();
        }
    }

    private void Compare(string where, JsonObject recorded, JsonObject ours)
    {
        var (expected, actual) = (Flat(recorded), Flat(ours));
        Compared += expected.Count;
        foreach (var path in expected.Keys.Union(actual.Keys, StringComparer.Ordinal))
        {
            var (one, other) = (expected.GetValueOrDefault(path, "nothing"), actual.GetValueOrDefault(path, "nothing"));

            // A field that is null and one that was never written are the same to Kibana.
            if (one != other && !(one is "nothing" or "null" && other is "nothing" or "null"))
            {
                Differences[$"{where}.{path}"] = $"{one} there, {other} here";
            }
        }
    }

    private Dictionary<string, string> Flat(JsonObject document)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(document, string.Empty);
        return flat;

        void Add(JsonObject values, string prefix)
        {
            foreach (var (name, value) in values)
            {
                if (value is JsonObject { Count: > 0 } inner)
                {
                    Add(inner, $"{prefix}{name}.");
                }
                else
                {
                    flat[prefix + name] = Text(name, value);
                }
            }
        }
    }

    private static string Text(string name, JsonNode? value) =>
        value switch
        {
            null => "null",
            JsonArray items => $"[{string.Join(", ", items.Select(item => Text(string.Empty, item)))}]",
            JsonObject values =>
                $"{{{string.Join(", ", values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Text(pair.Key, pair.Value)}"))}}}",
            _ when name is "last_seen" or "last_synced"
                    || (name.EndsWith("_at", StringComparison.Ordinal) && name != "last_sync_scheduled_at") => ProtocolTime.Parse(
                value.ToString()
            )
                is null
                ? $"no time: {value}"
                : "a time",
            _ => value.ToJsonString(),
        };
}
