using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

/// <summary>What <c>doctor</c> finds of a connector that a sync would find too late, or never.</summary>
public sealed class DoctorOfConnectorsTests : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun(_elasticsearch.Uri);
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Theory]
    [InlineData("equls", null, "Sync rule 'r1' is invalid")]
    [InlineData("equals", """[{"patern": "*.md"}]""", "The connector's advanced sync rules can't be applied")]
    public async Task RulesThatCanNotBeAppliedAreAFault(string rule, string? advanced, string fault)
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "c1")!)!;
        var active = connector["filtering"]![0]!["active"]!;
        active["rules"] = JsonNode.Parse(
            $$"""[{"id":"r1","order":0,"policy":"exclude","field":"filename","rule":"{{rule}}","value":"b.txt"}]"""
        );
        active["advanced_snippet"]!["value"] = JsonNode.Parse(advanced ?? "{}");
        _elasticsearch.Put(".elastic-connectors", "c1", connector.ToJsonString());

        Assert.Equal(1, await _cli.RunAsync("doctor"));

        var told = _cli.Out.ToString();
        Assert.Contains("ok    connector files: System Directory answers.\n", told, StringComparison.Ordinal);
        Assert.Contains($"FAIL  connector files: {fault}", told, StringComparison.Ordinal);
        Assert.Contains(
            "      Correct the connector's sync rules in Kibana, or as docs/sync-rules.md says",
            told,
            StringComparison.Ordinal
        );
        Assert.EndsWith("\n1 thing has to be put right.\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInvalidDraftOfSyncRulesIsToldByThePollTheDoctorAndTheConnector()
    {
        const string Problem = "Rule 1: pattern is required, a text.";
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "c1")!)!;
        var draft = connector["filtering"]![0]!["draft"]!;
        draft["advanced_snippet"]!["value"] = JsonNode.Parse("""[{"pattern": 5}]""");
        draft["validation"]!["state"] = "edited";
        _elasticsearch.Put(".elastic-connectors", "c1", connector.ToJsonString());

        const string Waiting = "note  connector files: A draft of its sync rules waits to be checked; until then the rules before it";
        Assert.Equal(0, await _cli.RunAsync("doctor"));
        Assert.Contains(Waiting, _cli.Out.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await _cli.RunAsync("poll", "--one-sync"));
        Assert.Contains(
            $"Connector c1: the sync rules that were drafted are invalid, and those before them stay in force: {Problem}",
            _cli.Error.ToString() + _cli.Out,
            StringComparison.Ordinal
        );

        Assert.Equal(0, await _cli.RunAsync("doctor"));
        Assert.Contains(
            $"note  connector files: The sync rules that were drafted are invalid and not in force: {Problem}",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Waiting, _cli.Out.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await _cli.RunAsync("connector", "show", "c1"));
        Assert.Contains($"\"draftProblems\": [\n    \"{Problem}\"\n  ]", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFieldThatNeedsAnExtractionServiceIsAFaultWithoutOne()
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "c1", "--set", "use_text_extraction_service=true"));

        Assert.Equal(1, await _cli.RunAsync("doctor"));

        Assert.Contains(
            "FAIL  connector files: use_text_extraction_service is on, but extraction_service.host is not set: its syncs fail.\n"
                + "      Set extraction_service.host in config.yml, or switch the field off: `elastic-ingest connector edit c1 --set "
                + "use_text_extraction_service=false`, or in Kibana.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "note  extraction service: The one at ", "it answers 404. Syncs of connectors that need it index files without their text.")]
    [InlineData("x", "note  extraction service: The one at http://127.0.0.1:1/ can't be used: ", "Start it, or correct")]
    public async Task AnExtractionServiceThatIsNotThereIsNoted(string host, string begin, string end)
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        await _cli.RunAsync("connector", "edit", "c1", "--set", "use_text_extraction_service=true");
        _cli.Variables["Connectors__extraction_service__host"] = host.Length > 0 ? "http://127.0.0.1:1" : _elasticsearch.Uri.ToString();

        Assert.Equal(0, await _cli.RunAsync("doctor"));

        Assert.Contains(begin, _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains(end, _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FieldsThatHaveNoValueAreNamedWithTheCommandThatSetsThem()
    {
        await CreateAsync("mongodb", "database=shop");

        Assert.Equal(1, await _cli.RunAsync("doctor"));

        Assert.Contains(
            "(`elastic-ingest connector edit c1 --set host=... --set collection=...`, or in Kibana)",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("--schedule-incremental", "incremental", "HTTP JSON can't tell what changed. Schedule full syncs.")]
    [InlineData("--schedule-access-control", "access_control", "HTTP JSON does not tell who may see what.")]
    public async Task AScheduleThatMakesNoSyncIsSaidWhenItIsSetAndAfterwards(string option, string type, string why)
    {
        await CreateAsync("http_json", "url=http://127.0.0.1:1/");

        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "c1", option, "0 0 * * * ?"));
        Assert.Equal($"notice: the schedule for {type} syncs makes none: {why}\n", _cli.Error.ToString());

        await _cli.RunAsync("doctor");
        Assert.Contains(
            $"connector files: Its schedule for {type} syncs makes none: {why}\n      Switch it off: `elastic-ingest connector edit c1 "
                + $"{option} off`, or in Kibana.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain($"Its next {type} syncs", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full", "0 0 0 1 1 ? 2020", "never fires again: its last time was 2020-01-01 00:00:00 UTC.")]
    [InlineData("full", "0 0 0 30 2 ?", "never fires: there is no such day.")]
    [InlineData("deletes_only", "0 0 0 1 1 ? 2020", "never fires again: its last time was 2020-01-01 00:00:00 UTC.")]
    public async Task AScheduleThatNeverFiresIsRefusedAndAWarningWhereItComesFromElsewhere(string type, string cron, string why)
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        var option = $"--schedule-{type.Replace('_', '-')}";

        Assert.Equal(2, await _cli.RunAsync("connector", "edit", "c1", option, cron));
        Assert.StartsWith($"{option}: '{cron}' {why} Correct ", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await _cli.RunAsync("connector", "create", "--service-type", "dir", "--index", "b", "--schedule", cron));
        Assert.StartsWith($"--schedule: '{cron}' {why} Correct ", _cli.Error.ToString(), StringComparison.Ordinal);

        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "c1")!)!;
        var section = type == "full" ? "scheduling" : "custom_scheduling";
        connector[section] ??= new JsonObject();
        connector[section]![type] = new JsonObject { ["enabled"] = true, ["interval"] = cron };
        _elasticsearch.Put(".elastic-connectors", "c1", connector.ToJsonString());

        Assert.Equal(0, await _cli.RunAsync("doctor"));
        var told = _cli.Out.ToString();
        Assert.Contains($"note  connector files: Its schedule for {type} syncs makes none: '{cron}' {why}", told, StringComparison.Ordinal);
        Assert.Contains($"`elastic-ingest connector edit c1 {option} CRON`", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARangeThatGoesOverTheEndIsTakenAndTold()
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");

        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "c1", "--schedule", "0 0 22-4 * * ?"));
        Assert.Equal(
            "notice: --schedule: the range '22-4' of the hour goes over the end: 22 to 23, then 0 to 4. Elastic's Python service can't "
                + "read such a range.\n",
            _cli.Error.ToString()
        );
    }

    [Fact]
    public async Task AConnectorOfASourceThatIsNotHereIsToldWhereSourcesAreLookedFor()
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "c1")!)!;
        connector["service_type"] = "lotus_notes";
        _elasticsearch.Put(".elastic-connectors", "c1", connector.ToJsonString());
        var plugins = Path.Combine(_cli.Folder, "plugins");

        await _cli.RunAsync("doctor");
        Assert.Contains(
            "Not served here. There is no source for the service type \"lotus_notes\": this program has none, and sources in config.yml "
                + $"names none. A plug-in goes into {plugins}, which does not exist, and its class under sources; ",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );

        Directory.CreateDirectory(Path.Combine(plugins, "Lotus"));
        Assert.Equal(1, await _cli.RunAsync("sync", "c1"));
        Assert.Contains($"{plugins}, which holds none, ", _cli.Error.ToString(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(plugins, "Lotus", "Lotus.dll"), "", TestContext.Current.CancellationToken);
        Assert.Equal(1, await _cli.RunAsync("sync", "c1"));
        Assert.Contains($"{plugins}, which holds Lotus, ", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScheduleForIdentitiesRestsUntilDocumentLevelSecurityIsOn()
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");

        await _cli.RunAsync("connector", "edit", "c1", "--schedule-access-control", "0 0 * * * ?");
        Assert.Equal(
            "notice: the schedule for access_control syncs makes none: use_document_level_security is off.\n",
            _cli.Error.ToString()
        );

        await _cli.RunAsync(
            "connector",
            "edit",
            "c1",
            "--schedule-access-control",
            "0 30 * * * ?",
            "--set",
            "use_document_level_security=true"
        );
        Assert.Equal("", _cli.Error.ToString());
    }

    [Theory]
    [InlineData("last_sync", "lastSyncError", "sync", "sync c1")]
    [InlineData("last_access_control_sync", "lastAccessControlSyncError", "access control sync", "sync c1 --access-control")]
    public async Task AFailureOfTheLastSyncIsToldThoughTheSourceAnswersAgain(string field, string shown, string kind, string command)
    {
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        await _cli.RunAsync("connector", "edit", "c1", "--set", "use_document_level_security=true");
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "c1")!)!;
        (connector["status"], connector["error"]) = ("connected", null);
        (connector[$"{field}_status"], connector[$"{field}_error"]) = ("error", "the folder was gone");
        _elasticsearch.Put(".elastic-connectors", "c1", connector.ToJsonString());

        Assert.Equal(0, await _cli.RunAsync("doctor"));
        Assert.Contains(
            $"note  connector files: Its last {kind} failed: the folder was gone\n      When that is put right, sync again: "
                + $"`elastic-ingest {command}`.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.EndsWith("\nNothing has to be put right; 1 thing is noted above.\n", _cli.Out.ToString(), StringComparison.Ordinal);

        await _cli.RunAsync("connector", "list");
        Assert.Contains("the folder was gone", _cli.Out.ToString(), StringComparison.Ordinal);
        await _cli.RunAsync("connector", "list", "--json");
        Assert.Equal("the folder was gone", (string?)JsonNode.Parse(_cli.Out.ToString())![$"{field}_error"]);
        await _cli.RunAsync("connector", "show", "c1");
        Assert.Equal("the folder was gone", (string?)JsonNode.Parse(_cli.Out.ToString())![shown]);

        // Without identities there is no sync of them that could end better.
        await _cli.RunAsync("connector", "edit", "c1", "--set", "use_document_level_security=false");
        await _cli.RunAsync("doctor");
        Assert.Equal(kind == "sync", _cli.Out.ToString().Contains($"Its last {kind} failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AScheduleThatMakesNoSyncsHasNoNextOnes()
    {
        await CreateAsync("http_json", "url=http://127.0.0.1:1/");
        await _cli.RunAsync("connector", "edit", "c1", "--schedule", "0 0 * * * ?", "--schedule-incremental", "0 0 * * * ?");

        await _cli.RunAsync("connector", "show", "c1");

        var schedules = JsonNode.Parse(_cli.Out.ToString())!["schedules"]!;
        Assert.Equal("HTTP JSON can't tell what changed. Schedule full syncs.", (string?)schedules["incremental"]!["problem"]);
        Assert.Empty(schedules["incremental"]!["next"]!.AsArray());
        Assert.Null(schedules["full"]!["problem"]);
        Assert.Equal(3, schedules["full"]!["next"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(null)]
    public async Task AServiceThatIsMerelyIllIsToBeLookedAtBeforeTheConfiguration(int? status)
    {
        await using var service = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        service.Faults.Add(status is { } code ? FaultRule.RefuseCall(code) : FaultRule.CutBefore());
        await CreateAsync("http_json", $"url={service.Uri}");
        await _cli.RunAsync("connector", "edit", "c1", "--set", "allowed_hosts=127.0.0.1", "--set", "id_pointer=/id");

        Assert.Equal(1, await _cli.RunAsync("doctor"));

        Assert.Contains(
            "      Look at the service and at the network, or try again later. If its address is wrong, fix the connector's configuration "
                + "(`elastic-ingest connector edit c1 --set field=value`, or in Kibana), then run `elastic-ingest doctor` again.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "sync c1 --allow-mass-delete")]
    [InlineData("--deletes-only", "sync c1 --deletes-only --allow-mass-delete")]
    public async Task WhatTheDeleteGuardHeldBackIsAllowedByTheWholeCommand(string kind, string command)
    {
        var files = _cli.Files("a.txt", "b.txt");
        await CreateAsync("dir", $"directory={files}");
        await _cli.RunAsync("sync", "c1");
        foreach (var file in Directory.GetFiles(files))
        {
            File.Delete(file);
        }

        Assert.Equal(1, await _cli.RunAsync(kind.Length > 0 ? ["sync", "c1", kind] : ["sync", "c1"]));
        await _cli.RunAsync("doctor");

        Assert.Contains(
            $"      If the deletes are right, allow them for one sync: `elastic-ingest {command}`.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task APartOfTheSourceThatCouldNotBeReadIsToldUntilASyncReadsIt()
    {
        const string Gap = "/srv/docs/private: the folder can't be read (Permission denied)";
        await CreateAsync("dir", $"directory={_cli.Files("a.txt")}");
        await _cli.RunAsync("sync", "c1");
        await _cli.RunAsync("job", "list", "--json");
        var id = (string)JsonNode.Parse(_cli.Out.ToString())!["id"]!;
        var job = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", id)!)!;
        job["metadata"]!["gap"] = Gap;
        _elasticsearch.Put(".elastic-connectors-sync-jobs", id, job.ToJsonString());

        await _cli.RunAsync("doctor");
        Assert.Contains(
            "note  connector files: A part of the source could not be read in its last sync, so nothing is deleted until it can be: "
                + $"{Gap}.\n      Make it readable, or leave it out, then sync again: `elastic-ingest sync c1`.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        await _cli.RunAsync("job", "show", id);
        Assert.Equal(Gap, (string?)JsonNode.Parse(_cli.Out.ToString())!["gap"]);

        await _cli.RunAsync("sync", "c1", "--no-deletes");
        await _cli.RunAsync("doctor");
        Assert.Contains(Gap, _cli.Out.ToString(), StringComparison.Ordinal);
        await _cli.RunAsync("sync", "c1");
        await _cli.RunAsync("doctor");
        Assert.DoesNotContain(Gap, _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheScheduleOfASourceThatIsNotHereCanBeSet()
    {
        _elasticsearch.Put(".elastic-connectors", "c1", """{"service_type":"elsewhere","name":"files","index_name":"search-files"}""");

        Assert.Equal(0, await _cli.RunAsync("connector", "edit", "c1", "--schedule-incremental", "0 0 * * * ?"));

        Assert.Equal("", _cli.Error.ToString());
    }

    private async Task CreateAsync(string serviceType, string value) =>
        Assert.Equal(
            0,
            await _cli.RunAsync(
                "connector",
                "create",
                "--service-type",
                serviceType,
                "--index",
                "search-files",
                "--name",
                "files",
                "--id",
                "c1",
                "--set",
                value
            )
        );
}
