using System.Text.Json.Nodes;
using Connectors.Emulator;
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
