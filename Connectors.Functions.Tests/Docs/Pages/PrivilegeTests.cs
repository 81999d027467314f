using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>The ready requests of docs/security.md grant what the service's requests need, and nothing that none of them needs.</summary>
public sealed class PrivilegeTests
{
    private const string Page = "docs/security.md";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void TheRequestsAskForWhatTheCodeSaysThatItNeeds()
    {
        string[] protocol = [.. RequiredPrivileges.ProtocolIndices, RequiredPrivileges.ProtocolIndicesAtFirst];
        var service = Role(
            RequiredPrivileges.Cluster,
            ([".elastic-connectors*"], protocol),
            (["search-*", ".search-acl-filter-search-*"], RequiredPrivileges.ContentIndices)
        );
        JsonObject[] expected =
        [
            Key("connectors", service),
            Key("connectors-without-indices", Role(RequiredPrivileges.Cluster, ([".elastic-connectors*"], protocol))),
            Key(
                "connector-orders",
                Role(
                    RequiredPrivileges.ClusterOfAConnector,
                    (["search-orders", ".search-acl-filter-search-orders"], RequiredPrivileges.ContentIndices)
                )
            ),
            service.DeepClone().AsObject(),
        ];

        var shown = MarkdownPages
            .Blocks(Page)
            .Where(block => block.Language == "json")
            .Select(block => JsonNode.Parse(string.Join('\n', block.Lines))!.ToJsonString());

        Assert.Equal(expected.Select(body => body.ToJsonString()), shown);
    }

    [Fact]
    public void TheTableNamesEachPrivilegeAndWhatForItIs()
    {
        var named = MarkdownPages
            .Rows(Page, "privilege", "on", "what for")
            .SelectMany(row => row[0].Split(", "))
            .Select(name => name.Trim('`'))
            .ToHashSet(StringComparer.Ordinal);
        var needed = RequiredPrivileges
            .Cluster.Concat(RequiredPrivileges.ProtocolIndices)
            .Concat(RequiredPrivileges.ContentIndices)
            .Append(RequiredPrivileges.ProtocolIndicesAtFirst);
        Assert.Equal(needed.Distinct().Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryRequestOfALifeIsCoveredAndNoPrivilegeIsLeftOver()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        await MakePipelineAsync(elasticsearch);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        elasticsearch.Requests.Done = request =>
        {
            lock (needed)
            {
                needed.UnionWith(NeededFor(request));
            }
        };

        await LiveAsync(elasticsearch);

        string[] granted =
        [
            .. RequiredPrivileges.Cluster.Select(name => $"cluster {name}"),
            .. RequiredPrivileges.ProtocolIndices.Select(name => $"protocol {name}"),
            .. RequiredPrivileges.ContentIndices.Select(name => $"content {name}"),
        ];
        Assert.Equal(granted.Order(StringComparer.Ordinal), needed.Order(StringComparer.Ordinal));
    }

    // What a service does in its life, as its users see it: a connector, its check, syncs of all kinds, a list, the end of what was left.
    private static async Task LiveAsync(EmulatorServer elasticsearch)
    {
        using var cli = new CliRun(elasticsearch.Uri);
        var files = cli.Files("a.txt", "b.txt");
        string[][] lines =
        [
            [
                "connector",
                "create",
                "--service-type",
                "dir",
                "--index",
                "search-files",
                "--name",
                "files",
                "--id",
                "files",
                "--set",
                $"directory={files}",
            ],
            ["connector", "create", "--service-type", "dir", "--index", "search-more", "--name", "more", "--set", $"directory={files}"],
            ["doctor"],
            ["sync", "files"],
            ["sync", "files", "--incremental"],
            ["sync", "files", "--deletes-only"],
            ["sync", "files", "--dry-run"],
            ["poll", "--one-sync"],
            ["list"],
            ["job", "list"],
            ["cleanup"],
        ];
        foreach (var line in lines)
        {
            if (line[0] == "doctor")
            {
                var connector = JsonNode.Parse(elasticsearch.Get(ProtocolIndices.Connectors, "files")!)!;
                connector["pipeline"] = new JsonObject { ["name"] = "search-files-pipeline" };
                elasticsearch.Put(ProtocolIndices.Connectors, "files", connector.ToJsonString());
            }

            var code = await cli.RunAsync(line);
            Assert.True(code == 0, $"{string.Join(' ', line)}: {code}\n{cli.Out}\n{cli.Error}");
            await File.AppendAllTextAsync(Path.Combine(files, "a.txt"), ".", TestContext.Current.CancellationToken);
        }
    }

    private static async Task MakePipelineAsync(EmulatorServer elasticsearch)
    {
        using var http = new HttpClient { BaseAddress = elasticsearch.Uri };
        using var body = new StringContent("""{"processors": []}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PutAsync("_ingest/pipeline/search-files-pipeline", body, Token)).EnsureSuccessStatusCode();
    }

    // The privilege that Elasticsearch's reference gives for each call; of the content index's those that 'manage' contains are named so.
    private static IEnumerable<string> NeededFor(LoggedRequest request)
    {
        var index = request.Path.Trim('/').Split('/')[0];
        var scope = index.StartsWith(ProtocolIndices.Connectors, StringComparison.Ordinal) ? "protocol" : "content";
        string Of(string privilege) =>
            scope == "content" && privilege is not ("read" or "write") ? "content manage" : $"{scope} {privilege}";
        return (request.Method, request.Route) switch
        {
            ("GET" or "HEAD", "") when request.Path == "/" => ["cluster monitor"],
            (_, var route) when route.StartsWith("_connector", StringComparison.Ordinal) => ["cluster manage_connector"],
            (_, var route) when route.StartsWith("_ingest", StringComparison.Ordinal) => ["cluster read_pipeline"],
            // Anybody may ask what they may do, and read on or close what they opened.
            (_, var route)
                when route.StartsWith("_security", StringComparison.Ordinal)
                    || route is "_pit" or "_search"
                    || request.Path.StartsWith("/_security", StringComparison.Ordinal) => [],
            (_, "{index}/_search" or "{index}/_count" or "{index}/_pit" or "{index}/_mget") or ("GET", "{index}/_doc/{id}") => [Of("read")],
            // What a write makes visible needs what refreshing needs.
            (_, "{index}/_create/{id}") when request.Query.Contains("refresh=", StringComparison.Ordinal) =>
            [
                Of("write"),
                Of("maintenance"),
            ],
            (_, "{index}/_bulk" or "{index}/_create/{id}" or "{index}/_update/{id}" or "{index}/_doc/{id}") => [Of("write")],
            (_, "{index}/_refresh") => [Of("maintenance")],
            ("HEAD" or "GET", "{index}" or "{index}/_mapping" or "{index}/_settings") => [Of("view_index_metadata")],
            ("PUT", "{index}") when scope == "protocol" => [],
            ("PUT", "{index}" or "{index}/_mapping") => [Of("manage")],
            ("GET", "") => ["cluster monitor"],
            _ => throw new Xunit.Sdk.XunitException(
                $"Which privilege does {request.Method} {request.Path} (route '{request.Route}') need?"
            ),
        };
    }

    private static JsonObject Key(string name, JsonObject role) =>
        new()
        {
            ["name"] = name,
            ["role_descriptors"] = new JsonObject { [name] = role },
        };

    private static JsonObject Role(IReadOnlyList<string> cluster, params (string[] Names, IReadOnlyList<string> Privileges)[] indices) =>
        new()
        {
            ["cluster"] = Texts(cluster),
            ["indices"] = new JsonArray([
                .. indices.Select(item => new JsonObject { ["names"] = Texts(item.Names), ["privileges"] = Texts(item.Privileges) }),
            ]),
        };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
