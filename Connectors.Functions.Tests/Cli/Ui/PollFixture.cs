using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Ui;

/// <summary><c>elastic-ingest poll --ui 127.0.0.1:0</c> in this process, over an emulator.</summary>
internal sealed class PollFixture : IAsyncDisposable
{
    private readonly CliRun _cli;
    private Task<int> _polling = Task.FromResult(0);
    private Uri? _page;

    private PollFixture(EmulatorServer elasticsearch)
    {
        Elasticsearch = elasticsearch;
        _cli = new CliRun(elasticsearch.Uri);
        _cli.Variables.Remove("Connectors__elasticsearch__max_wait_duration");
        _cli.Variables["Connectors__service__idling"] = "1";
        _cli.Variables["Connectors__service__state_dir"] = Path.Combine(_cli.Folder, "state");

        // A sync that is stopped writes first what it has read: that is little, even where an Elasticsearch is slow.
        _cli.Variables["Connectors__service__page_documents"] = "100";
        _cli.Variables["Connectors__service__pages_in_flight"] = "2";
        _cli.Variables["Connectors__elasticsearch__bulk__chunk_size"] = "50";
    }

    public EmulatorServer Elasticsearch { get; }

    /// <summary>Where the status page is.</summary>
    public Uri Page => _page ?? throw new InvalidOperationException("Start it first.");

    public AwaitedWriter Out { get; } = new();

    public AwaitedWriter Error { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PollFixture> OpenAsync(EmulatorOptions? options = null) =>
        new(await EmulatorServer.StartAsync(options ?? new EmulatorOptions(), Token));

    /// <summary>Begins to poll.</summary>
    public async Task StartAsync()
    {
        var line = Out.LineAsync("Status page: ");
        _polling = RunAsync(Out, "poll", "--ui", "127.0.0.1:0");
        if (await Task.WhenAny(line, _polling) != line)
        {
            Assert.Fail($"poll ended: {Error}");
        }

        _page = new Uri((await line)["Status page: ".Length..]);
    }

    /// <summary>Makes a folder of files and a connector that mirrors it.</summary>
    public async Task<string> MirrorAsync(string id, string name, int files, params string[] more)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cli.Folder, id)).FullName;
        for (var number = 0; number < files; number++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{number}.txt"), $"This is number {number}.", Token);
        }

        await CreateAsync([
            "--id",
            id,
            "--name",
            name,
            "--service-type",
            "dir",
            "--index",
            $"search-{id}",
            "--set",
            $"directory={folder}",
            .. more,
        ]);
        return folder;
    }

    /// <summary>The folder that a connector of <see cref="MirrorAsync"/> mirrors.</summary>
    public string FolderOf(string id) => Path.Combine(_cli.Folder, id);

    /// <summary>Makes a connector as <c>connector create</c> does.</summary>
    public async Task CreateAsync(params string[] options) =>
        Assert.Equal(0, await RunAsync(new AwaitedWriter(), ["connector", "create", .. options]));

    /// <summary>Changes fields of a connector behind everybody's back.</summary>
    public void Edit(string id, Action<JsonObject> change)
    {
        var connector = JsonNode.Parse(Elasticsearch.Get(".elastic-connectors", id)!)!.AsObject();
        change(connector);
        Elasticsearch.Put(".elastic-connectors", id, connector.ToJsonString());
    }

    /// <summary>Adds a job of the past.</summary>
    public void AddJob(
        string id,
        string connectorId,
        DateTimeOffset started,
        TimeSpan took,
        long written,
        long deleted,
        string status = "completed",
        string? error = null,
        JsonObject? rejections = null,
        string type = "full"
    )
    {
        var metadata = new JsonObject
        {
            ["read"] = written + 4000,
            ["skipped"] = 4000,
            ["created"] = written / 3,
            ["updated"] = written - (written / 3),
            ["rejected"] = rejections is null ? 0 : 3,
        };
        if (rejections is not null)
        {
            metadata["rejections"] = rejections;
        }

        Elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            id,
            new JsonObject
            {
                ["connector"] = new JsonObject
                {
                    ["id"] = connectorId,
                    ["index_name"] = $"search-{connectorId}",
                    ["service_type"] = "dir",
                },
                ["job_type"] = type,
                ["trigger_method"] = "scheduled",
                ["status"] = status,
                ["error"] = error,
                ["created_at"] = started.ToString("O"),
                ["started_at"] = started.ToString("O"),
                ["completed_at"] = (started + took).ToString("O"),
                ["indexed_document_count"] = written,
                ["deleted_document_count"] = deleted,
                ["total_document_count"] = 48_000 + written,
                ["metadata"] = metadata,
            }.ToJsonString()
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Shutdown.Signal();
        await _polling;
        await Elasticsearch.DisposeAsync();
        _cli.Dispose();
    }

    private Task<int> RunAsync(AwaitedWriter output, params string[] args) =>
        _cli.RunIntoAsync(output, Error, [.. args, "-c", _cli.ConfigFile]);
}
