using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class SourceCommandTests
{
    private const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    [Fact]
    public async Task ASourceIsShownWithAllItsFields()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "show", "http_json"));

        Approved.Verify(cli.Out.ToString(), "Connectors.Functions.Tests/Cli/source.approved.txt");
    }

    [Fact]
    public async Task WhatIsRequiredOnlyWithAnotherFieldIsSaidAndAskedForWhenThatIsSo()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "show", "box"));

        var told = cli.Out.ToString();
        Assert.Contains("\n  refresh_token (secret, required when is_enterprise is box_free)\n", told, StringComparison.Ordinal);
        Assert.Contains("\n  enterprise_id (number, required when is_enterprise is box_enterprise)\n", told, StringComparison.Ordinal);
        Assert.Contains(
            "--set client_id=... --set client_secret=@env:CLIENT_SECRET --set refresh_token=@env:REFRESH_TOKEN\n",
            told,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        "postgresql",
        "  port (number, default 5432, 1 to 65535)",
        "port",
        """[{"type":"greater_than","constraint":0},{"type":"less_than","constraint":65536}]"""
    )]
    [InlineData(
        "box",
        "  concurrent_downloads (number, optional, default 15, at most 15)",
        "concurrent_downloads",
        """[{"type":"less_than","constraint":16}]"""
    )]
    [InlineData("zoom", "  recording_age (number, required, at least 0)", "recording_age", """[{"type":"greater_than","constraint":-1}]""")]
    [InlineData(
        "github",
        "  host (text, required when data_source is github_server, matching ^https://.*)",
        "host",
        """[{"type":"regex","constraint":"^https://.*"}]"""
    )]
    public async Task LimitsAreShown(string source, string line, string field, string validations)
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "show", source));
        Assert.Contains($"\n{line}\n", cli.Out.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await cli.RunAsync("source", "show", source, "--json"));
        var shown = JsonNode.Parse(cli.Out.ToString())!["fields"]!.AsArray().Single(item => (string)item!["name"]! == field)!;
        Assert.Equal(validations, shown["validations"]!.ToJsonString());
    }

    [Fact]
    public async Task SourcesAreListedWithWhatTheyMustBeTold()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "list"));
        Assert.Matches("\n  mongodb +MongoDB +here +yes +yes +host, database, collection\n", cli.Out.ToString());

        Assert.Equal(0, await cli.RunAsync("source", "list", "--json"));
        var lines = cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.True(lines.Count >= 7, $"only {lines.Count} sources");
        Assert.All(lines.Where(line => (string?)line["state"] != "needs a plug-in"), line => Assert.NotEmpty(line["fields"]!.AsArray()));
    }

    [Fact]
    public async Task EverySourceOfElasticsServiceIsListedWithItsState()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "list"));
        var rows = cli.Out.ToString().Split('\n');
        Assert.All(KnownSources.All, known =>
            Assert.Contains(rows, row => row.StartsWith($"  {known.ServiceType} ", StringComparison.Ordinal))
        );
        Assert.Contains(rows, row => row.Split("  ", Options) is ["oracle", "Oracle Database", "needs a plug-in"]);

        Assert.Equal(0, await cli.RunAsync("source", "list", "--json"));
        var lines = cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.NotEmpty((string)line["state"]!));
        var oracle = Assert.Single(lines, line => (string)line["service_type"]! == "oracle");
        Assert.Equal("needs a plug-in", (string)oracle["state"]!);
        Assert.StartsWith("Oracle Database needs a plug-in, as ", (string)oracle["need"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source show oracle")]
    [InlineData("config oracle")]
    [InlineData("connector create --service-type oracle --index a")]
    [InlineData("init --host HOST --no-credentials --service-type oracle --index a")]
    public async Task WhoAsksForOneThatIsNotHereIsToldWhatToDo(string line)
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliRun();
        if (line.StartsWith("init ", StringComparison.Ordinal))
        {
            File.Delete(cli.ConfigFile);
        }

        var plugins = Path.Combine(cli.Folder, "plugins");

        var code = await cli.RunAsync(line.Replace("HOST", elasticsearch.Uri.ToString(), StringComparison.Ordinal).Split(' '));

        Assert.Equal(
            "There is no source for the service type \"oracle\": Oracle Database needs a plug-in, as Oracle's driver comes under a licence of "
                + $"its own, and sources in config.yml names none (plug-ins are loaded from {plugins}); "
                + "docs/writing-a-source.md shows how to write one.\n",
            cli.Error.ToString()
        );
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task AMisspeltTypeIsSuggested()
    {
        using var cli = new CliRun();

        Assert.Equal(2, await cli.RunAsync("source", "show", "mongdb"));

        Assert.Equal("There is no source for the service type \"mongdb\". Did you mean mongodb?\n", cli.Error.ToString());
    }
}
