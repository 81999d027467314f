using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Tests.Sync.Content.Extraction.Confinement;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class DoctorCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhenEverythingIsAsItHasToBeNothingFails()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--name",
            "files",
            "--set",
            $"directory={cli.Files("a.txt")}"
        );

        Assert.Equal(0, await cli.RunAsync("doctor"));

        Assert.Matches(
            "^ok    configuration: It can be read.\nok    state folder: .* will be made when first needed.\nok    elasticsearch: 9.5.0, cluster "
                + "'.*'.\nok    clock: It agrees with Elasticsearch's.\n"
                + "ok    protocol indices: Both exist.\n-     privileges: Security is disabled in the cluster.\nok    connector files: "
                + "System Directory answers.\nAll is well.\n$",
            cli.Out.ToString()
        );
        Assert.Equal("", cli.Error.ToString());
    }

    [Fact]
    public async Task AStateFolderThatCannotBeMadeIsToldWithWhatStandsInTheWay()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        var folder = Path.Combine(cli.ConfigFile, "of", "state");
        cli.Variables["Connectors__service__state_dir"] = folder;

        Assert.Equal(1, await cli.RunAsync("doctor"));

        Assert.Contains(
            $"FAIL  state folder: {folder} can't be made: '{cli.ConfigFile}' is a file.\n      Mend that, or set service.state_dir to another "
                + "folder. No sync runs without it.\n",
            cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task EachConnectorOfTheListIsChecked()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        foreach (var id in new[] { "f1", "f2" })
        {
            await cli.RunAsync([
                "connector",
                "create",
                "--service-type",
                "dir",
                "--index",
                $"search-{id}",
                "--id",
                id,
                "--set",
                $"directory={cli.Files("a.txt")}",
            ]);
        }

        await File.WriteAllTextAsync(
            cli.ConfigFile,
            """
            connectors:
              - connector_id: f1
                service_type: dir
              - connector_id: f2
                service_type: mongodb
              - connector_id: f3
                service_type: dir
            """,
            Token
        );

        Assert.Equal(1, await cli.RunAsync("doctor"));

        var seen = cli.Out.ToString();
        Assert.Contains("ok    listed connector f1: It exists and is served here as dir.\n", seen, StringComparison.Ordinal);
        Assert.Contains(
            "FAIL  listed connector f2: config.yml:4: connectors: connector \"f2\" is of the service type dir, and mongodb is written "
                + "here.\n      Write service_type: dir, or the id of another connector.\n",
            seen,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "FAIL  listed connector f3: config.yml:6: connectors: there is no connector with the id \"f3\", so nothing is served for it.\n",
            seen,
            StringComparison.Ordinal
        );
        Assert.EndsWith("2 things have to be put right.\n", seen, StringComparison.Ordinal);

        Assert.Equal(0, await cli.RunAsync("poll", "--one-sync"));
        Assert.Single(cli.Error.ToString().Split('\n'), line =>
            line.Contains("WARNING  config.yml:4: connectors: ", StringComparison.Ordinal)
        );
        Assert.Single(cli.Error.ToString().Split('\n'), line =>
            line.Contains("WARNING  config.yml:6: connectors: ", StringComparison.Ordinal)
        );
        Assert.Equal("Nothing was due.\n", cli.Out.ToString());
    }

    [Fact]
    public async Task WhatConfinesTheProcessesThatReadFilesIsSaidWhenThereAreAny()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await File.WriteAllTextAsync(cli.ConfigFile, "local_extraction:\n  enabled: true\n", Token);

        Assert.Equal(0, await cli.RunAsync("doctor"));

        Assert.Contains(
            LinuxKernel.HasLandlock
                ? "\nok    text extraction: The processes that read files are confined: no connection, no other program, no file but their "
                    + "own.\n"
                : "\nnote  text extraction: The processes that read files start; one that a file takes over can read ",
            cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AClassOfASourceThatCannotBeUsedIsAFaultOfTheConfiguration()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await File.WriteAllTextAsync(
            cli.ConfigFile,
            "sources:\n  gdrive: Connectors.Sources.Files.DirectoryDataSourc, Connectors.Sources\n",
            Token
        );
        const string Fault =
            "config.yml:2: sources.gdrive: there is no public class Connectors.Sources.Files.DirectoryDataSourc in Connectors.Sources. Did "
            + "you mean Connectors.Sources.Files.DirectoryDataSource?\n";

        Assert.Equal(3, await cli.RunAsync("doctor"));
        Assert.StartsWith(
            $"FAIL  configuration: {Fault}      Correct the class there, or take the entry out.\nok    state folder",
            cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(3, await cli.RunAsync("poll"));
        Assert.Equal(Fault, cli.Error.ToString());
    }

    [Fact]
    public async Task EachFaultComesWithWhatToDo()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--name",
            "files",
            "--id",
            "f1",
            "--set",
            "directory=/no/such/folder"
        );
        var connector = JsonNode.Parse(elasticsearch.Get(".elastic-connectors", "f1")!)!;
        connector["pipeline"] = new JsonObject { ["name"] = "no-such-pipeline" };
        elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());

        Assert.Equal(1, await cli.RunAsync("doctor", "--json"));

        var failed = cli
            .Out.ToString()
            .TrimEnd()
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!)
            .Where(check => (string?)check["state"] == "failed")
            .ToList();
        Assert.Equal(2, failed.Count);
        Assert.Contains("/no/such/folder", (string?)failed[0]["detail"], StringComparison.Ordinal);
        Assert.Equal(
            "The ingest pipeline 'no-such-pipeline' does not exist: every document would be rejected.",
            (string?)failed[1]["detail"]
        );
        Assert.All(failed, check => Assert.NotEmpty((string)check["remedy"]!));
        Assert.Empty(elasticsearch.Ids("search-files"));
    }

    [Fact]
    public async Task TwoConnectorsThatFillOneIndexAndAScheduleThatCanNotBeReadAreFaults()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--name",
            "files",
            "--id",
            "f1",
            "--set",
            $"directory={cli.Files("a.txt")}"
        );
        var connector = JsonNode.Parse(elasticsearch.Get(".elastic-connectors", "f1")!)!;
        connector["name"] = "twin";
        connector["scheduling"]!["full"] = new JsonObject { ["enabled"] = true, ["interval"] = "daily" };
        elasticsearch.Put(".elastic-connectors", "f2", connector.ToJsonString());

        Assert.Equal(1, await cli.RunAsync("doctor"));

        var told = cli.Out.ToString();
        Assert.Contains(
            "FAIL  connector files: Connector 'f2' fills the same index, search-files: each would delete what the other one writes.\n    "
                + "  Give one of them another index: `elastic-ingest connector edit f1 --index NAME`.\n",
            told,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "FAIL  connector twin: Its schedule for full syncs is none: 'daily' is not a cron expression",
            told,
            StringComparison.Ordinal
        );
        Assert.EndsWith("\n3 things have to be put right.\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnElasticsearchThatDoesNotAnswerEndsWithFourAndTheRestIsSkipped()
    {
        using var cli = new CliRun(new Uri("http://127.0.0.1:1"));

        Assert.Equal(4, await cli.RunAsync("doctor"));

        Assert.Contains("FAIL  elasticsearch: ", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(
            "-     the rest: Elasticsearch is not available.\n1 thing has to be put right.\n",
            cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("7.17.0", "this service works with 8.x to 9.x. Upgrade Elasticsearch.\n-     the rest")]
    [InlineData("new", "reports the version 'new', which can't be read.\n      Check elasticsearch.host and the credentials; ")]
    public async Task AMessageWithAWayOutOfItsOwnIsGivenNoOther(string version, string expected)
    {
        await using var server = await PlainServer.StartAsync(async http =>
        {
            http.Response.Headers["X-elastic-product"] = "Elasticsearch";
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync($$"""{ "cluster_name": "c", "version": { "number": "{{version}}" } }""");
        });
        using var cli = new CliRun(server.Uri);

        Assert.Equal(4, await cli.RunAsync("doctor"));

        Assert.Contains(expected, cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingPrivilegesAreNamedWithTheirIndices()
    {
        JsonNode? asked = null;
        await using var server = await PlainServer.StartAsync(async http =>
        {
            http.Response.Headers["X-elastic-product"] = "Elasticsearch";
            http.Response.ContentType = "application/json";
            asked = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            await http.Response.WriteAsync(
                """{"username":"u","has_all_requested":false,"cluster":{},"index":{"search-b":{"manage":false,"write":true},"search-a":{"write":false}},"application":{}}"""
            );
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        Assert.Equal(
            ["manage on search-b", "write on search-a"],
            await gateway.Checkup.MissingPrivilegesAsync(["search-a", "search-b"], Token)
        );

        Assert.Equal(
            [".elastic-connectors,.elastic-connectors-sync-jobs", "search-a,search-b"],
            asked!["index"]!.AsArray().Select(index => string.Join(',', index!["names"]!.AsArray().Select(name => (string?)name)))
        );
    }

    [Fact]
    public async Task ForAConnectorWithAccessControlTheIndexOfItsIdentitiesIsAskedForToo()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(server.Uri);
        var files = cli.Files("a.txt");
        await cli.RunAsync("connector", "create", "--service-type", "dir", "--index", "search-open", "--set", $"directory={files}");
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-closed",
            "--set",
            $"directory={files}",
            "--set",
            "use_document_level_security=true"
        );

        var asked = "";
        server.Requests.Arrived = request =>
            asked += request.Path.EndsWith("_has_privileges", StringComparison.Ordinal)
                ? System.Text.Encoding.UTF8.GetString(request.Body.Span)
                : "";

        await cli.RunAsync("doctor");

        Assert.Contains("\".search-acl-filter-search-closed\"", asked, StringComparison.Ordinal);
        Assert.DoesNotContain(".search-acl-filter-search-open", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tue, 24 Nov 2026 09:50:00 GMT", 600.0)]
    [InlineData("Tue, 24 Nov 2026 10:00:30 GMT", -30.0)]
    [InlineData(null, null)]
    public async Task TheClockIsComparedWithTheServersWhenItTells(string? date, double? seconds)
    {
        await using var server = await PlainServer.StartAsync(async http =>
        {
            http.Response.Headers["X-elastic-product"] = "Elasticsearch";
            http.Response.Headers.Date = date ?? "";
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("{}");
        });
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        using var gateway = GatewayFixture.GatewayOf(server.Uri, clock);

        Assert.Equal(seconds, (await gateway.Checkup.ClockSkewAsync(Token))?.TotalSeconds);
    }
}
