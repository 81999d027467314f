using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sources;
using Connectors.Testing;
using Connectors.Tests.Cli;
using Connectors.Tests.Support;
using Connectors.Tests.Support.MongoWire;
using Connectors.Tests.Support.S3Server;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/comparison.md, "Moving over": what Elastic's own service left is continued, without indexing again.</summary>
public sealed class MigrationTests
{
    private const string Index = "search-life-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AMongoDbConnectorAndIndexAsRecordedAreTakenOverAndWhatDidNotChangeIsWrittenOnceForItsDigest()
    {
        await using var mongo = await MongoWireServer.StartAsync();
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        var left = RecordedLife.Snapshot(3, "index")["one document"]![0]!.AsObject();
        mongo.AddCollection("lab", "docs20", Original(left["_source"]!.AsObject()));
        await TakeOverIndexAsync(elasticsearch, RecordedLife.Snapshot(3, "index")["mapping"]![Index]!["mappings"]!);
        elasticsearch.Put(Index, (string)left["_id"]!, left["_source"]!.ToJsonString());
        var connector = RecordedConnector(elasticsearch, $"mongodb://{mongo.Host}");
        using var cli = new CliRun(elasticsearch.Uri);

        await SyncAsync(cli, "life-1", "--dry-run");
        Assert.Contains("would add 0, update 1 and delete 0 documents", cli.Out.ToString(), StringComparison.Ordinal);

        await SyncAsync(cli, "life-1");
        Assert.Contains("1 read, 0 skipped, 0 added, 1 updated, 0 deleted", cli.Out.ToString(), StringComparison.Ordinal);
        var written = JsonNode.Parse(elasticsearch.Get(Index, (string)left["_id"]!)!)!.AsObject();
        Assert.NotNull(written["_digest"]);
        foreach (var field in left["_source"]!.AsObject().Where(field => field.Key != "_timestamp"))
        {
            // Times get their zone, Z: the same instant to Elasticsearch.
            var now = field.Key is "created" or "updated"
                ? JsonValue.Create(((string)written[field.Key]!).Replace(".000Z", "", StringComparison.Ordinal))
                : written[field.Key];
            Assert.True(JsonNode.DeepEquals(field.Value, now), $"{field.Key} was {field.Value} and is {written[field.Key]}");
        }

        mongo
            .Find("lab", "docs20")!
            .Insert(new BsonDocument { ["_id"] = ObjectId.Parse("6553f1000a0b0c0d0e000001"), ["name"] = "A new one" });
        await SyncAsync(cli, "life-1");
        Assert.Contains("2 read, 1 skipped, 1 added, 0 updated, 0 deleted", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            connector["configuration"]!.ToJsonString(),
            JsonNode.Parse(elasticsearch.Get(".elastic-connectors", "life-1")!)!["configuration"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task FilesThatThePythonServiceIndexedAreKnownByIdAndTimeAndNoneIsWrittenAgain()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        var files = cli.Files("a.txt", "b.txt", "c.txt");

        // As files have them: a tenth of a microsecond is more than the Python service keeps.
        var times = new[] { "2026-03-01T10:00:00.0000000Z", "2026-03-01T10:00:00.1234567Z", "2026-03-01T10:00:00.1234564Z" };
        string[] kept = ["2026-03-01T10:00:00+00:00", "2026-03-01T10:00:00.123457+00:00", "2026-03-01T10:00:00.123456+00:00"];
        foreach (var (name, time) in new[] { "a.txt", "b.txt", "c.txt" }.Zip(times))
        {
            File.SetLastWriteTimeUtc(
                Path.Combine(files, name),
                DateTime.Parse(time, null, System.Globalization.DateTimeStyles.RoundtripKind)
            );
        }

        foreach (var (name, time) in new[] { "a.txt", "b.txt", "c.txt" }.Zip(kept))
        {
            var path = Path.Combine(files, name);
            var id = PythonServiceId.Of(path);
            elasticsearch.Put(
                Index,
                id,
                new JsonObject
                {
                    ["path"] = path,
                    ["size"] = 14,
                    ["_timestamp"] = time,
                    ["id"] = id,
                }.ToJsonString()
            );
        }

        Assert.Equal(
            0,
            await cli.RunAsync(
                "connector",
                "create",
                "--id",
                "files",
                "--service-type",
                "dir",
                "--index",
                Index,
                "--set",
                $"directory={files}"
            )
        );
        await SyncAsync(cli, "files");

        Assert.Contains("3 read, 3 skipped, 0 added, 0 updated, 0 deleted", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, elasticsearch.Requests.BulkCount);

        await File.AppendAllTextAsync(Path.Combine(files, "b.txt"), "!", TestContext.Current.CancellationToken);
        await SyncAsync(cli, "files");
        Assert.Contains("3 read, 2 skipped, 0 added, 1 updated, 0 deleted", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectsOfABucketThatThePythonServiceIndexedAreNotWrittenAgainEither()
    {
        await using var s3 = await S3TestServer.StartAsync(new BackendCalls(), Token);
        s3.Bucket("photos").With("2024/a.jpg", "12345").With("b.jpg", "12");
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        foreach (var (key, time) in new[] { ("2024/a.jpg", "2024-05-06T07:08:00+00:00"), ("b.jpg", "2024-05-06T07:08:01+00:00") })
        {
            var id = PythonServiceId.Of($"photos/{key}");
            elasticsearch.Put(
                Index,
                id,
                new JsonObject
                {
                    ["filename"] = key,
                    ["bucket"] = "photos",
                    ["_timestamp"] = time,
                    ["id"] = id,
                }.ToJsonString()
            );
        }

        using var cli = new CliRun(elasticsearch.Uri);
        string[] settings = ["buckets=photos", "aws_access_key_id=A", "aws_secret_access_key=B", $"endpoint_url={s3.Address}"];
        Assert.Equal(
            0,
            await cli.RunAsync([
                "connector",
                "create",
                "--id",
                "photos",
                "--service-type",
                "s3",
                "--index",
                Index,
                .. settings.SelectMany(setting => new[] { "--set", setting }),
            ])
        );
        await SyncAsync(cli, "photos");

        Assert.Contains("2 read, 2 skipped, 0 added, 0 updated, 0 deleted", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, elasticsearch.Requests.BulkCount);
    }

    [Fact]
    public async Task AConfigurationFileOfThePythonServiceIsReadAsItIs()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun();
        await File.WriteAllTextAsync(
            cli.ConfigFile,
            $"""
            elasticsearch.host: {elasticsearch.Uri}
            elasticsearch.ssl: false
            elasticsearch.bulk.queue_max_size: 1024
            elasticsearch.bulk.display_every: 100
            service.idling: 1
            service.trace_mem: false
            connectors:
              - connector_id: life-1
                service_type: mongodb
            sources:
              mongodb: connectors.sources.mongo:MongoDataSource
            """,
            Token
        );

        Assert.Equal(0, await cli.RunAsync("list", "connectors"));
    }

    private static async Task SyncAsync(CliRun cli, params string[] arguments)
    {
        var code = await cli.RunAsync(["sync", .. arguments]);
        Assert.True(code == 0, $"{code}: {cli.Out}{cli.Error}");
    }

    // The document of the source, from what the Python service made of it: texts of times were times.
    private static BsonDocument Original(JsonObject source)
    {
        var document = new BsonDocument { ["_id"] = ObjectId.Parse((string)source["id"]!) };
        foreach (var (name, value) in source.Where(field => field.Key is not ("id" or "_timestamp")))
        {
            document[name] = name is "created" or "updated"
                ? new BsonDateTime(
                    DateTime.Parse(
                        (string)value!,
                        null,
                        System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal
                    )
                )
                : MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>($"{{\"v\": {value!.ToJsonString()}}}")["v"];
        }

        return document;
    }

    private static async Task TakeOverIndexAsync(EmulatorServer elasticsearch, JsonNode mappings)
    {
        using var http = new HttpClient { BaseAddress = elasticsearch.Uri };
        using var body = new StringContent(
            new JsonObject { ["mappings"] = mappings.DeepClone() }.ToJsonString(),
            Encoding.UTF8,
            "application/json"
        );
        (await http.PutAsync(Index, body, Token)).EnsureSuccessStatusCode();
    }

    // The connector as it was when the recorded sync had completed: every snapshot's changes put on the first one.
    private static JsonObject RecordedConnector(EmulatorServer elasticsearch, string host)
    {
        JsonObject? connector = null;
        foreach (
            var line in RecordedLife
                .UserAndSnapshots()
                .TakeWhile(line => !((string)line["scene"]!).StartsWith("4 ", StringComparison.Ordinal))
        )
        {
            connector = line["connector"]?.DeepClone().AsObject() ?? connector;
            foreach (var (path, value) in line["connector_changed"] as JsonObject ?? [])
            {
                Set(connector!, path, value);
            }
        }

        Set(connector!, "configuration.host.value", host);
        elasticsearch.Put(".elastic-connectors", "life-1", connector!.ToJsonString());
        return connector;
    }

    private static void Set(JsonObject document, string path, JsonNode? value)
    {
        var names = path.Split('.');
        var at = document;
        foreach (var name in names.SkipLast(1))
        {
            at = (at[name] ??= new JsonObject()).AsObject();
        }

        at[names[^1]] = value?.DeepClone();
    }
}
