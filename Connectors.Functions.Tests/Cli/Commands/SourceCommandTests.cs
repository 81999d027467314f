using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class SourceCommandTests
{
    [Fact]
    public async Task ASourceIsShownWithAllItsFields()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "show", "http_json"));

        Approved.Verify(cli.Out.ToString(), "Connectors.Functions.Tests/Cli/source.approved.txt");
    }

    [Fact]
    public async Task SourcesAreListedWithWhatTheyMustBeTold()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("source", "list"));
        Assert.Matches("\n  mongodb +MongoDB +yes +yes +host, database, collection\n", cli.Out.ToString());

        Assert.Equal(0, await cli.RunAsync("source", "list", "--json"));
        var lines = cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.True(lines.Count >= 7, $"only {lines.Count} sources");
        Assert.All(lines, line => Assert.NotEmpty(line["fields"]!.AsArray()));
    }

    [Fact]
    public async Task AMisspeltTypeIsSuggested()
    {
        using var cli = new CliRun();

        Assert.Equal(2, await cli.RunAsync("source", "show", "mongdb"));

        Assert.Equal("There is no source for the service type \"mongdb\". Did you mean mongodb?\n", cli.Error.ToString());
    }
}
