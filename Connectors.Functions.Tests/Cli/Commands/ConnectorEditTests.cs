using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Tests.Support;
using Spectre.Console.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class ConnectorEditTests : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun(_elasticsearch.Uri);
        Assert.Equal(
            0,
            await _cli.RunAsync(
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
                $"directory={_cli.Files("a.txt")}"
            )
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task WhatIsNamedIsChangedAndNothingElse()
    {
        var before = Connector("f1");

        Assert.Equal(
            0,
            await _cli.RunAsync(
                "connector",
                "edit",
                "files",
                "--set",
                "pattern=*.md",
                "--schedule-full",
                "0 0 * * * ?",
                "--schedule-deletes-only",
                "0 30 * * * ?",
                "--index",
                "search-docs",
                "--pipeline",
                "search-default-ingestion",
                "--run-ml-inference",
                "true"
            )
        );

        Assert.Equal(
            "files: changed index_name, pattern, scheduling.full, custom_scheduling.deletes_only, pipeline.\n",
            _cli.Out.ToString()
        );
        var after = Connector("f1");
        Assert.Equal(
            ("*.md", "search-docs", "configured"),
            ((string?)after["configuration"]!["pattern"]!["value"], (string?)after["index_name"], (string?)after["status"])
        );
        Assert.Equal("""{"enabled":true,"interval":"0 0 * * * ?"}""", after["scheduling"]!["full"]!.ToJsonString());
        Assert.Equal(
            """{"name":"search-default-ingestion","extract_binary_content":true,"reduce_whitespace":true,"run_ml_inference":true}""",
            after["pipeline"]!.ToJsonString()
        );
        foreach (var same in (string[])["name", "service_type", "filtering", "features", "is_native", "last_synced"])
        {
            Assert.True(JsonNode.DeepEquals(before[same], after[same]), same);
        }

        Assert.True(JsonNode.DeepEquals(before["configuration"]!["directory"], after["configuration"]!["directory"]));
    }

    [Fact]
    public async Task AFolderThatIsNoAbsolutePathIsRefusedWhereItIsTyped()
    {
        const string Refused =
            "directory ('Directory path') value is no absolute path. Write the whole of it, such as /srv/documents.";
        var before = _elasticsearch.LastSeqNo(".elastic-connectors-v1");

        Assert.Equal(2, await _cli.RunAsync("connector", "edit", "f1", "--set", "directory=../notes"));
        Assert.Contains(Refused, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            2,
            await _cli.RunAsync("connector", "create", "--service-type", "dir", "--index", "search-notes", "--set", "directory=../notes")
        );
        Assert.Contains(Refused, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, _elasticsearch.LastSeqNo(".elastic-connectors-v1"));
    }

    [Theory]
    [InlineData("yes", "no")]
    [InlineData("on", "OFF")]
    [InlineData("1", "0")]
    [InlineData("True", "false")]
    public async Task AYesOrNoIsTakenInEveryWordAndKeptAsTrueOrFalse(string yes, string no)
    {
        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "f1", "--set", $"use_text_extraction_service={yes}"));
        Assert.Equal("true", Connector("f1")["configuration"]!["use_text_extraction_service"]!["value"]!.ToJsonString());
        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "f1", "--set", $"use_text_extraction_service={no}"));
        Assert.Equal("false", Connector("f1")["configuration"]!["use_text_extraction_service"]!["value"]!.ToJsonString());
    }

    [Fact]
    public async Task WhatIsSoAlreadyIsNotWritten()
    {
        var before = _elasticsearch.LastSeqNo(".elastic-connectors-v1");

        Assert.Equal(
            0,
            await _cli.RunAsync("connector", "edit", "f1", "--name", "files", "--set", "pattern=**/*.*", "--schedule-full", "off")
        );

        Assert.Equal("files: it is so already.\n", _cli.Out.ToString());
        Assert.True(before >= 0);
        Assert.Equal(before, _elasticsearch.LastSeqNo(".elastic-connectors-v1"));
    }

    [Fact]
    public async Task AScheduleIsSwitchedOffAndKeepsItsTimes()
    {
        await _cli.RunAsync("connector", "edit", "f1", "--schedule", "0 0 * * * ?");

        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "f1", "--schedule-full", "off", "--json"));

        Assert.Equal("""{"event":"edited","connector_id":"f1","changed":["scheduling.full"]}""" + "\n", _cli.Out.ToString());
        Assert.Equal("""{"enabled":false,"interval":"0 0 * * * ?"}""", Connector("f1")["scheduling"]!["full"]!.ToJsonString());
    }

    [Fact]
    public async Task ASecretComesFromStandardInputAndIsNeverShown()
    {
        await _cli.RunAsync("connector", "create", "--service-type", "mongodb", "--index", "search-m", "--id", "m");
        Assert.StartsWith("notice: host ('Server hostname') cannot be empty.", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("needs_configuration", (string?)Connector("m")["status"]);
        _cli.Input = "hunter2\n";
        _cli.Variables["DB_USER"] = "reader";

        Assert.Equal(
            0,
            await _cli.RunAsync(
                "connector",
                "edit",
                "m",
                "--set",
                "host=mongodb://db:27017",
                "--set",
                "database=d",
                "--set",
                "collection=c",
                "--set",
                "user=@env:DB_USER",
                "--set",
                "password=@-",
                "--debug"
            )
        );

        Assert.DoesNotContain("hunter2", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
        Assert.Equal(
            ("hunter2", "reader", "configured"),
            (
                (string?)Connector("m")["configuration"]!["password"]!["value"],
                (string?)Connector("m")["configuration"]!["user"]!["value"],
                (string?)Connector("m")["status"]
            )
        );
    }

    [Fact]
    public async Task AValueThatItsFieldForbidsMakesNoConnector()
    {
        string[] create = ["connector", "create", "--service-type", "dir", "--index", "search-m", "--id", "m"];

        Assert.Equal(2, await _cli.RunAsync([.. create, "--set", "directory="]));
        Assert.Equal("directory ('Directory path') cannot be empty.\n", _cli.Error.ToString());
        Assert.Null(_elasticsearch.Get(".elastic-connectors", "m"));

        Assert.Equal(0, await _cli.RunAsync(create));
    }

    [Fact]
    public async Task ASecretOnTheCommandLineIsWarnedOf()
    {
        await _cli.RunAsync("connector", "create", "--service-type", "mongodb", "--index", "search-m", "--id", "m");

        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "m", "--set", "password=@@hunter2"));

        Assert.Equal(
            "notice: the value of password is a secret, and others may see it in the list of processes. Write --set password=@FILE, @- "
                + "or @env:NAME instead.\n",
            _cli.Error.ToString()
        );
        Assert.Equal("@hunter2", (string?)Connector("m")["configuration"]!["password"]!["value"]);

        // In an address, too.
        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "m", "--set", "host=mongodb://reader:hunter2@db.example"));
        Assert.StartsWith(
            "notice: the value of host holds a secret, and others may see it in the list of processes. Write --set host=@FILE, ",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );
        await _cli.RunAsync("connector", "edit", "m", "--set", "host=mongodb://db.example");
        Assert.DoesNotContain("notice:", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f1", "connector edit: name a setting to change, for example --set field=value or --schedule-full \"0 0 2 * * ?\".\n")]
    [InlineData("f1 --set pattern=a --set pattern=b", "--set pattern: given more than once. Leave the others out.\n")]
    [InlineData(
        "f1 --name a --name b",
        "--name: given 2 times. It takes one value: leave the others out.\nSee elastic-ingest connector edit --help.\n"
    )]
    [InlineData(
        "f1 --schedule off --schedule-full off",
        "--schedule: given 2 times (--schedule and --schedule-full are the same). It takes one value: leave the others out.\n"
            + "See elastic-ingest connector edit --help.\n"
    )]
    [InlineData("f1 --set directory=", "directory ('Directory path') cannot be empty.\n")]
    [InlineData("f1 --set patern=x", "--set patern: there is no such field. Did you mean pattern?\n")]
    [InlineData("f1 --set pattern=@env:NONE", "--set pattern: the environment variable NONE is not set.\n")]
    [InlineData("f1 --set pattern=@-", "--set pattern: there is nothing on standard input.\n")]
    [InlineData(
        "f1 --pipeline nope",
        "--pipeline: the ingest pipeline 'nope' does not exist. Make it first: without it Elasticsearch would reject every document.\n"
    )]
    [InlineData("f1 --reduce-whitespace true", "The connector has no ingest pipeline that could be told what to do. Choose one with it.\n")]
    [InlineData(
        "f1 --pipeline none --extract-binary-content true",
        "The connector is to have no ingest pipeline, so there is none that could be told what to do. Leave out one of both.\n"
    )]
    [InlineData("fils --name x", "There is no connector with the id or name \"fils\". Did you mean files?\n")]
    public async Task WhatCanNotBeIsSaidAndNothingIsWritten(string line, string expected)
    {
        var before = _elasticsearch.Get(".elastic-connectors", "f1");

        Assert.Equal(2, await _cli.RunAsync(["connector", "edit", .. line.Split(' ')]));

        Assert.Equal(expected, _cli.Error.ToString());
        Assert.Equal(before, _elasticsearch.Get(".elastic-connectors", "f1"));
    }

    [Fact]
    public async Task AnIndexOfAnotherConnectorIsRefused()
    {
        await _cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-other",
            "--name",
            "other",
            "--id",
            "f2",
            "--set",
            "directory=/"
        );

        Assert.Equal(1, await _cli.RunAsync("connector", "edit", "f1", "--index", "search-other"));

        Assert.Equal("Index 'search-other' belongs to connector 'f2' (other). Choose another index.\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task ADeletedConnectorIsGoneAndItsIndexIsLeft()
    {
        await _cli.RunAsync("sync", "f1");
        PutJob("waits", "pending");

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "files", "--yes"));

        Assert.Equal("files: deleted; its index search-files is left. 1 sync canceled.\n", _cli.Out.ToString());
        Assert.True((bool)Connector("f1")["deleted"]!);
        Assert.Equal("canceled", (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "waits")!)!["status"]);
        Assert.Equal(1, _elasticsearch.Count("search-files"));
        await _cli.RunAsync("connector", "list");
        Assert.StartsWith("There are no connectors.", _cli.Out.ToString(), StringComparison.Ordinal);

        string[] again = ["connector", "create", "--service-type", "dir", "--id", "f1", "--index", "search-files", "--set", "directory=/"];
        Assert.NotEqual(0, await _cli.RunAsync(again));
        Assert.Equal(
            "A connector with id 'f1' was deleted, and its id stays taken. Choose another id.\n",
            _cli.Error.ToString()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AfterAFirstSyncThatFailedNothingIsSaidToBeLeft(bool isIndexNamed)
    {
        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "f1", "--set", "directory=/no/such/folder"));
        Assert.Equal(1, await _cli.RunAsync("sync", "f1"));

        string[] index = isIndexNamed ? ["--index", "search-files"] : [];
        Assert.Equal(0, await _cli.RunAsync(["connector", "delete", "f1", "--yes", .. index]));

        Assert.Equal("files: deleted; its index search-files does not exist.\n", _cli.Out.ToString());
        Assert.DoesNotContain("search-files", _elasticsearch.IndexNames);
        Assert.True((bool)Connector("f1")["deleted"]!);
        await _cli.RunAsync("connector", "list");
        Assert.StartsWith("There are no connectors.", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheIndexIsDeletedOnlyWhenItIsNamed()
    {
        await _cli.RunAsync("sync", "f1");
        _elasticsearch.Put("search-filez", "1", "{}");

        Assert.Equal(2, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-filez"));
        Assert.Equal(
            "--index: 'search-filez' is not the index of connector 'f1', which fills search-files. Nothing was deleted.\n",
            _cli.Error.ToString()
        );
        Assert.Equal(1, _elasticsearch.Count("search-files"));

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));
        Assert.Equal("files: deleted, with its index search-files.\n", _cli.Out.ToString());
        Assert.DoesNotContain("search-files", _elasticsearch.IndexNames);
        Assert.Contains("search-filez", _elasticsearch.IndexNames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnIndexWhoseDocumentsNoConnectorWroteStaysAndSoDoesTheConnector(bool wasRefused)
    {
        _elasticsearch.Put("search-files", "mine", """{"title": "written by an application"}""");
        if (wasRefused)
        {
            Assert.Equal(1, await _cli.RunAsync("sync", "f1"));
            Assert.Contains("holds documents that no connector wrote", _cli.Out.ToString(), StringComparison.Ordinal);
        }

        var documents = _elasticsearch.Count("search-files");
        Assert.Equal(1, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));

        Assert.Equal(
            "Index 'search-files' holds documents that no connector wrote. If they may go, delete it in Elasticsearch; otherwise leave out "
                + "--index. Nothing was deleted.\n",
            _cli.Error.ToString()
        );
        Assert.Equal(documents, _elasticsearch.Count("search-files"));
        Assert.False((bool?)Connector("f1")["deleted"] ?? false);

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1", "--yes"));
        Assert.Equal("files: deleted; its index search-files is left.\n", _cli.Out.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnEmptyIndexGoesWithItsConnectorWhoeverMadeIt(bool wasRefused)
    {
        _elasticsearch.Put("search-files", "mine", "{}");
        if (wasRefused)
        {
            await _cli.RunAsync("sync", "f1");
        }

        using var http = new HttpClient { BaseAddress = _elasticsearch.Uri };
        foreach (var id in _elasticsearch.Ids("search-files"))
        {
            var gone = await http.DeleteAsync(new Uri($"search-files/_doc/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
            gone.EnsureSuccessStatusCode();
        }

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));

        Assert.Equal("files: deleted, with its index search-files.\n", _cli.Out.ToString());
        Assert.DoesNotContain("search-files", _elasticsearch.IndexNames);
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"_meta": {"connectors": {"document_count": 1}}}""", true)]
    public async Task IdentitiesThatAreOursGoWithTheIndex(string mapping, bool go)
    {
        await _cli.RunAsync("sync", "f1");
        var connector = Connector("f1");
        connector["last_access_control_sync_status"] = "completed";
        _elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());
        _elasticsearch.Put(".search-acl-filter-search-files", "ann", "{}");
        using var http = new HttpClient { BaseAddress = _elasticsearch.Uri };
        using var body = new StringContent(mapping, System.Text.Encoding.UTF8, "application/json");
        (
            await http.PutAsync(
                new Uri(".search-acl-filter-search-files/_mapping", UriKind.Relative),
                body,
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));

        Assert.DoesNotContain("search-files", _elasticsearch.IndexNames);
        Assert.Equal(!go, _elasticsearch.IndexNames.Contains(".search-acl-filter-search-files"));
    }

    [Fact]
    public async Task AnIndexThatTwoConnectorsNameIsNeverDeleted()
    {
        await _cli.RunAsync("sync", "f1");
        var twin = Connector("f1");
        twin["name"] = "twin";
        _elasticsearch.Put(".elastic-connectors", "f2", twin.ToJsonString());

        Assert.Equal(1, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));

        Assert.Equal(
            "Index 'search-files' belongs to connector 'f2' (twin). Choose another index. Nothing was deleted.\n",
            _cli.Error.ToString()
        );
        Assert.Equal(1, _elasticsearch.Count("search-files"));
        Assert.False((bool?)Connector("f1")["deleted"] ?? false);
    }

    [Fact]
    public async Task WhileASyncMayStillWriteTheIndexIsNotDeleted()
    {
        await _cli.RunAsync("sync", "f1");
        PutJob("runs", "in_progress");
        _cli.Time = new FastForwardTimeProvider();

        Assert.Equal(1, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files"));

        Assert.StartsWith(
            "Job 'runs' has not ended within a minute, and it may still write to the index. Nothing was deleted.",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal("canceling", (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "runs")!)!["status"]);
        Assert.Equal(1, _elasticsearch.Count("search-files"));
        Assert.False((bool?)Connector("f1")["deleted"] ?? false);
    }

    [Fact]
    public async Task AJobThatIsTakenAtTheLastMomentKeepsTheIndexAndTheConnectorIsSaidToBeGone()
    {
        await _cli.RunAsync("sync", "f1");
        _cli.Time = new FastForwardTimeProvider();
        var gate = new RequestGate();
        _elasticsearch.Faults.Add(FaultRule.Hold(gate) with { Route = "_connector/{id}", Method = "DELETE" });

        var deleting = _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-files");
        await gate.WaitForAsync(1, TestContext.Current.CancellationToken);
        PutJob("runs", "in_progress");
        gate.Open();

        Assert.Equal(1, await deleting);
        Assert.StartsWith(
            "Job 'runs' has not ended within a minute, and it may still write to the index. The connector was deleted, its index was not.",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(1, _elasticsearch.Count("search-files"));
        Assert.True((bool)Connector("f1")["deleted"]!);
    }

    [Fact]
    public async Task AnIndexThatTheServiceWillDeleteIsNotSaidToStay()
    {
        await _cli.RunAsync("sync", "f1");
        _cli.Variables["Connectors__service__delete_orphaned_content"] = "true";
        using var terminal = new TestConsole().Interactive().Width(200);
        _cli.Terminal = terminal;
        terminal.Input.PushTextWithEnter("y");

        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1"));

        Assert.Contains(
            "its index and the history of its syncs stay until the service deletes them (service.delete_orphaned_content).",
            terminal.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "files: deleted; its index search-files is left until the service deletes it (service.delete_orphaned_content).\n",
            _cli.Out.ToString()
        );
    }

    [Fact]
    public async Task ScriptsAreNotAskedAmongTheJson()
    {
        using var terminal = new TestConsole().Interactive();
        _cli.Terminal = terminal;

        Assert.Equal(2, await _cli.RunAsync("connector", "delete", "f1", "--json"));

        Assert.Equal(
            ("", "", "connector delete: with --json nothing is asked. Add --yes if it is meant.\n"),
            (terminal.Output, _cli.Out.ToString(), _cli.Error.ToString())
        );
        Assert.False((bool?)Connector("f1")["deleted"] ?? false);
    }

    [Fact]
    public async Task AnIndexNameWithAStarDeletesNothing()
    {
        var connector = Connector("f1");
        connector["index_name"] = "search-*";
        _elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());
        _elasticsearch.Put("search-precious", "1", "{}");

        Assert.Equal(1, await _cli.RunAsync("connector", "delete", "f1", "--yes", "--index", "search-*"));

        Assert.StartsWith("'search-*' can't be the name of an index", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("search-precious", _elasticsearch.IndexNames);
    }

    [Fact]
    public async Task WithoutATerminalItWantsAYesAndWithOneItAsks()
    {
        Assert.Equal(2, await _cli.RunAsync("connector", "delete", "f1"));
        Assert.Equal("connector delete: there is no terminal to ask on. Add --yes if it is meant.\n", _cli.Error.ToString());
        Assert.Equal(2, await _cli.RunAsync("connector", "delete", "nop"));
        Assert.StartsWith("There is no connector with the id or name \"nop\".", _cli.Error.ToString(), StringComparison.Ordinal);

        using var terminal = new TestConsole().Interactive().Width(120);
        _cli.Terminal = terminal;
        terminal.Input.PushTextWithEnter("n");
        Assert.Equal(1, await _cli.RunAsync("connector", "delete", "f1"));
        Assert.Equal("Nothing was deleted.\n", _cli.Error.ToString());
        Assert.Contains("Connector 'files' (f1) mirrors dir into search-files.", terminal.Output, StringComparison.Ordinal);

        terminal.Input.PushTextWithEnter("y");
        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1"));
        Assert.True((bool)Connector("f1")["deleted"]!);
    }

    private JsonObject Connector(string id) => JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", id)!)!.AsObject();

    private void PutJob(string id, string status) =>
        _elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            id,
            new JsonObject
            {
                ["connector"] = new JsonObject { ["id"] = "f1" },
                ["status"] = status,
                ["created_at"] = "2026-01-01T00:00:00+00:00",
            }.ToJsonString()
        );
}
