using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>What the blocks of a page share, from its first to its last: an emulated Elasticsearch, made when a block first asks for it,
/// and the command.</summary>
internal sealed class PageStory : IAsyncDisposable
{
    private EmulatorServer? _elasticsearch;
    private CliRun? _cli;

    /// <summary>What <c>$ELASTICSEARCH</c> stands for: a cluster that is not there.</summary>
    public const string Elasticsearch = "https://elasticsearch.example:9200";

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What <c>$NAME</c> stands for in commands.</summary>
    public Dictionary<string, string> Variables { get; } =
        new(StringComparer.Ordinal)
        {
            ["APP"] = "https://app.example",
            ["ID"] = "connector-1",
            ["JOB"] = "job-1",
            ["KEY"] = "key-1",
            ["ELASTICSEARCH"] = Elasticsearch,
            ["SERVER_KEY"] = "key-2",
        };

    public async Task<EmulatorServer> ElasticsearchAsync() =>
        _elasticsearch ??= await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async Task<CliRun> CliAsync()
    {
        if (_cli is null)
        {
            _cli = new CliRun((await ElasticsearchAsync()).Uri);
            Variables["HOME"] = _cli.Folder;
            _cli.Variables["DB_PASSWORD"] = "secret";
            Directory.CreateDirectory(Path.Combine(_cli.Folder, "notes"));
            await File.WriteAllTextAsync(Path.Combine(_cli.Folder, "notes", "a.txt"), "A note.", Token);
        }

        return _cli;
    }

    /// <summary>Sees to it that there is a connector of that id, of a folder with a file.</summary>
    public async Task ConnectorAsync(string id)
    {
        var (elasticsearch, cli) = (await ElasticsearchAsync(), await CliAsync());
        if (elasticsearch.Get(ProtocolIndices.Connectors, id) is null)
        {
            var folder = Path.Combine(cli.Folder, "notes");
            Assert.Equal(
                0,
                await cli.RunAsync(
                    "connector",
                    "create",
                    "--id",
                    id,
                    "--service-type",
                    "dir",
                    "--index",
                    $"of-{id.ToLowerInvariant()}",
                    "--set",
                    $"directory={folder}"
                )
            );
        }
    }

    /// <summary>Sends a request of an <c>http</c> block: method and path, then maybe a body.</summary>
    public async Task SendAsync(DocBlock block)
    {
        var line = block.Lines[0].Replace("/ID", "/connector-1", StringComparison.Ordinal).Split(' ', 2);
        await ConnectorAsync("connector-1");
        using var http = new HttpClient { BaseAddress = (await ElasticsearchAsync()).Uri };
        using var request = new HttpRequestMessage(new HttpMethod(line[0]), line[1].TrimStart('/'));
        if (block.Lines.Count > 1)
        {
            var body = JsonNode.Parse(string.Join('\n', block.Lines.Skip(1)))!;
            request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        }

        using var answer = await http.SendAsync(request, Token);
        Assert.True(
            answer.IsSuccessStatusCode,
            $"{block.Lines[0]}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli?.Dispose();
        if (_elasticsearch is not null)
        {
            await _elasticsearch.DisposeAsync();
        }
    }
}
