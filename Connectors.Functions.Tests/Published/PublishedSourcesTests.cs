using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sources;
using Connectors.Testing;
using Connectors.Tests.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Support.MongoWire;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Support.S3Server;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Support.Tds;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>What was left out of the self-contained folder is missed by no source: each does there what it does in the program as it was
/// built.</summary>
[Collection("Published")]
public sealed class PublishedSourcesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Published => Path.Combine(PublishedPrograms.ElasticIngestFolder, "elastic-ingest");

    [Fact]
    public async Task WithoutItsServerEverySourceSaysTheSame()
    {
        var sources = UnreachableSources.At(FreePort());
        Assert.Equal(BuiltInSources.Classes.Keys, sources.Keys);
        var connectors = sources.ToDictionary(source => source.Key, source => source.Value.Settings, StringComparer.Ordinal);

        var built = await SyncAsync(IngestProcess.OneSync, connectors);
        var published = await SyncAsync(config => IngestProcess.OneSyncOf(Published, config), connectors);

        Assert.Equal(built, published);
        Assert.All(sources, source =>
            Assert.StartsWith($"Error: indexed 0, deleted 0, total 0 {source.Value.Error}", published[source.Key], StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task WithItsServerEverySourceReadsTheSame()
    {
        using var files = TemporaryFolder.With("a.txt");
        await File.WriteAllBytesAsync(files["letter.docx"], MadeFiles.Word("first", "second"), Token);
        await File.WriteAllBytesAsync(files["numbers.xlsx"], MadeFiles.Excel("May", ["a", 1]), Token);
        await File.WriteAllBytesAsync(files["talk.pptx"], MadeFiles.PowerPoint("slide"), Token);
        await File.WriteAllBytesAsync(files["page.pdf"], MadeFiles.Pdf("page"), Token);
        await File.WriteAllTextAsync(files["page.html"], "<html><body><p>Text</p></body></html>", Token);
        await using var mongo = await MongoWireServer.StartAsync();
        mongo.AddCollection("shop", "orders", new BsonDocument { ["_id"] = 1, ["total"] = 7.5 }, new BsonDocument { ["_id"] = "b" });
        await using var s3 = await S3TestServer.StartAsync(new BackendCalls(), Token);
        s3.Bucket("one").With("a.txt").With("b.txt");
        var connectors = new Dictionary<string, Dictionary<string, JsonNode?>>(StringComparer.Ordinal)
        {
            ["dir"] = new() { ["directory"] = files.Path },
            ["mongodb"] = new()
            {
                ["host"] = mongo.ConnectionString,
                ["database"] = "shop",
                ["collection"] = "orders",
                ["direct_connection"] = true,
            },
            ["s3"] = new()
            {
                ["buckets"] = "one",
                ["aws_access_key_id"] = "AKIAEXAMPLE",
                ["aws_secret_access_key"] = "se-cr-et",
                ["endpoint_url"] = s3.Address.ToString(),
                ["force_path_style"] = true,
            },
        };
        await using var postgres = new PostgreSqlServer();
        await using var mariadb = new MariaDbServer();
        await using var redis = new RedisServer();
        await using var azurite = new AzuriteServer();
        await AddAsync("postgresql", postgres);
        await AddAsync("mysql", mariadb);
        await AddRedisAsync();
        await AddAzuriteAsync();

        var built = await SyncAsync(IngestProcess.OneSync, connectors);
        var published = await SyncAsync(config => IngestProcess.OneSyncOf(Published, config), connectors);

        Assert.Equal(built, published);
        Assert.All(published.Values, outcome => Assert.StartsWith("Completed: ", outcome, StringComparison.Ordinal));
        Assert.All(["first", "slide", "May", "page", "Text"], text => Assert.Contains(text, published["dir"], StringComparison.Ordinal));

        async Task AddAsync(string serviceType, SqlServer server)
        {
            await server.InitializeAsync();
            if (server.Missing.Length == 0)
            {
                var database = await server.CreateDatabaseAsync(Token);
                await server.RunAsync(
                    database,
                    "CREATE TABLE t (id int PRIMARY KEY, name varchar(9)); INSERT INTO t VALUES (1, 'a')",
                    Token
                );
                var values = server.Values(server.Port, database).ToDictionary(item => item.Key, item => item.Value?.DeepClone());
                connectors[serviceType] = new(values) { ["tables"] = "*" };
            }
        }

        async Task AddRedisAsync()
        {
            await redis.InitializeAsync();
            if (redis.Missing.Length == 0)
            {
                await using var client = await redis.EmptyAsync();
                await client.GetDatabase().StringSetAsync("key", "value");
                connectors["redis"] = new()
                {
                    ["host"] = "127.0.0.1",
                    ["port"] = redis.Port,
                    ["password"] = RedisServer.Password,
                    ["database"] = "0",
                };
            }
        }

        async Task AddAzuriteAsync()
        {
            await azurite.InitializeAsync();
            if (azurite.Missing.Length == 0)
            {
                var container = await (await azurite.EmptyAsync(Token)).CreateBlobContainerAsync("one", cancellationToken: Token);
                await container.Value.UploadBlobAsync("a.txt", new BinaryData("text"), Token);
                connectors["azure_blob_storage"] = new()
                {
                    ["account_name"] = AzuriteServer.Account,
                    ["account_key"] = AzuriteServer.Key,
                    ["blob_endpoint"] = AzuriteServer.Endpoint(azurite.Port),
                    ["containers"] = "one",
                };
            }
        }
    }

    /// <summary>Trimming could leave out what cultures need: they are off unless somebody asks for them.</summary>
    [Fact]
    public async Task WithCulturesSqlServerIsReadTheSame()
    {
        MsSqlCultures.RequireIcu();
        await using var server = new TdsTestServer(MsSqlFixture.Shop);
        var connectors = new Dictionary<string, Dictionary<string, JsonNode?>>(StringComparer.Ordinal)
        {
            ["mssql"] = new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = server.Port,
                ["username"] = "reader",
                ["password"] = "se-cr-et",
                ["database"] = "shop",
                ["tables"] = "*",
            },
        };

        var built = await SyncAsync(config => IngestProcess.OneSyncWithCultures(null, config), connectors);
        var published = await SyncAsync(config => IngestProcess.OneSyncWithCultures(Published, config), connectors);

        Assert.Equal(built, published);
        Assert.StartsWith("Completed: ", published["mssql"], StringComparison.Ordinal);
        Assert.Contains("shop_dbo_orders_1", published["mssql"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSignInWithGoogleIsTheSame()
    {
        using var folder = TemporaryFolder.With();

        var built = await SignInAsync(null, folder["built.txt"]);
        var published = await SignInAsync(Published, folder["published.txt"]);

        Assert.Equal(built, published);
        Assert.StartsWith(
            "to-ke-n, True, ann@example.org bob@example.org, Google: gives no token (invalid_grant)",
            published,
            StringComparison.Ordinal
        );

        static async Task<string> SignInAsync(string? program, string file)
        {
            await using var process = GoogleSignIn.Start(program, GoogleReplay.Credentials, file);
            await process.ExitsWithAsync(0, Token);
            return await File.ReadAllTextAsync(file, Token);
        }
    }

    /// <summary>Runs a sync of each connector.</summary>
    /// <returns>How each ended, and what the index holds then.</returns>
    private static async Task<SortedDictionary<string, string>> SyncAsync(
        Func<string, IngestProcess> start,
        Dictionary<string, Dictionary<string, JsonNode?>> connectors
    )
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(elasticsearch.Uri);
        var jobs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (serviceType, settings) in connectors)
        {
            var values = settings.ToDictionary(item => item.Key, item => item.Value?.DeepClone());
            var connector = await fixture.ConnectAsync(serviceType, IndexOf(serviceType), values);
            jobs[serviceType] = await fixture.StartSyncAsync(connector.Id);
        }

        var config = fixture.Configure(elasticsearch.Uri, sourceRetryTimeLimit: 0, serviceTypes: string.Join(", ", connectors.Keys));
        await File.AppendAllTextAsync(config, "\nlocal_extraction:\n  enabled: true\n", Token);
        await using (var service = start(config))
        {
            await service.ExitAsync(Token);
        }

        var outcomes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (serviceType, job) in jobs)
        {
            var text = new StringBuilder(ProcessFixture.Counts(await fixture.JobAsync(job)));
            var documents = elasticsearch.IndexNames.Contains(IndexOf(serviceType))
                ? await fixture.DocumentsAsync(IndexOf(serviceType))
                : [];
            foreach (var (id, document) in documents)
            {
                // The time of this sync, for documents that have none of their own.
                document.Remove("_timestamp");
                text.Append('\n').Append(id).Append(' ').Append(document.ToJsonString());
            }

            outcomes[serviceType] = text.ToString();
        }

        return outcomes;
    }

    private static string IndexOf(string serviceType) => $"search-{serviceType.Replace('_', '-')}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
