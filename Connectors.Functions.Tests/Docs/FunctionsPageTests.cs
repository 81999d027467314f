using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator;
using Connectors.LocalHost.DevHost;
using Connectors.Tests.Cli;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>
/// docs/functions.md leads from the sample settings to a sync: its calls are sent to the function app, in the local host, with those
/// settings, and answered as the page says. Only the addresses differ: the page's ports may be taken.
/// </summary>
public sealed partial class FunctionsPageTests
{
    private const string App = "http://127.0.0.1:7071/";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoFollowsThePageGetsTheAnswersThatItShows()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        using var folder = TemporaryFolder.With();
        Directory.CreateDirectory(Path.Combine(cli.Folder, "notes"));
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "notes", "shopping.txt"), "Bread and milk.", Token);
        Assert.True(LocalArguments.TryParse(["--port", "0"], out var arguments, out _));
        await using var app = await DevHostRun.StartAsync(folder.Path, arguments, Settings(elasticsearch.Uri), TextWriter.Null, Token);
        using var http = new HttpClient { BaseAddress = app.Host.Uri };

        var answers = 0;
        foreach (
            var command in CommandBlocks
                .Read("docs/functions.md")
                .Where(block => block.Language == "console")
                .SelectMany(block => block.Commands())
        )
        {
            var words = command.Words(new Dictionary<string, string> { ["HOME"] = cli.Folder }).ToArray();
            if (words is ["dotnet", "run", "--project", "Connectors.Cli", "--", "connector", .. var ingest])
            {
                Assert.Equal(0, await cli.RunAsync(["connector", .. ingest]));
            }
            else if (words[0] == "curl")
            {
                var actual = await CallAsync(http, words);
                Assert.True(
                    Lasting(command.Output) == Lasting(actual),
                    $"docs/functions.md:{command.Line}: {command.Text}\nshould answer\n{command.Output}\nand answered\n{actual}"
                );
                answers++;
            }
        }

        Assert.InRange(answers, 4, 20);
    }

    /// <summary>The sample settings, with this test's server in place of the one that the page starts, and without a storage
    /// account.</summary>
    private static Dictionary<string, string> Settings(Uri elasticsearch)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Approved.Root, "local.settings.sample.json")));
        var settings = file
            .RootElement.GetProperty("Values")
            .EnumerateObject()
            .ToDictionary(value => value.Name, value => value.Value.GetString()!);
        Assert.Equal("http://127.0.0.1:9200", settings["Connectors__elasticsearch__host"]);
        settings["Connectors__elasticsearch__host"] = elasticsearch.ToString();
        Assert.Equal("UseDevelopmentStorage=true", settings["AzureWebJobsStorage"]);
        settings.Remove("AzureWebJobsStorage");
        return settings;
    }

    private static async Task<string> CallAsync(HttpClient http, string[] words)
    {
        var address = words.Single(word => word.StartsWith(App, StringComparison.Ordinal))[App.Length..];
        while (true)
        {
            using var request = new HttpRequestMessage(words.Contains("POST") ? HttpMethod.Post : HttpMethod.Get, address);
            using var answer = await http.SendAsync(request, Token);
            var text = await answer.Content.ReadAsStringAsync(Token);

            // The page says that a sync takes a moment.
            if (
                !address.StartsWith("api/syncs", StringComparison.Ordinal)
                || JsonNode.Parse(text)!["syncs"]!.AsArray().All(sync => sync!["completedAt"] is not null)
            )
            {
                return text;
            }
        }
    }

    private static string Lasting(string text) => Differing().Replace(text.Trim().ReplaceLineEndings("\n"), "…");

    // Ids, times, and the build in the version.
    [GeneratedRegex(
        """(?<="secondsWorked":)[\d.]+|(?<="id":")[\w-]{20,22}(?=")|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|(?<=\d\.\d\.\d)(?:\+\w+)?(?=")""",
        RegexOptions.None,
        5000
    )]
    private static partial Regex Differing();
}
