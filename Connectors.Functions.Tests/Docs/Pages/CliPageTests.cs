using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Cli.Help;
using Connectors.Emulator;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/cli.md is true: each command in it is run, in its order, and ends and prints as the page says.</summary>
public sealed partial class CliPageTests
{
    [Fact]
    public async Task EveryCommandOfThePageDoesWhatThePageSays()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliRun();
        File.Delete(cli.ConfigFile);
        var notes = Directory.CreateDirectory(Path.Combine(cli.Folder, "notes")).FullName;
        await File.WriteAllTextAsync(Path.Combine(notes, "1 shopping.txt"), "Buy bread and milk.", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(notes, "2 trip.txt"), "Take the early train.", TestContext.Current.CancellationToken);
        cli.Variables["DB_PASSWORD"] = "secret";
        var variables = new Dictionary<string, string> { ["HOME"] = cli.Folder };
        var (run, exitCode) = (new HashSet<string>(StringComparer.Ordinal), 0);
        var commands = CommandBlocks.Read("docs/cli.md").SelectMany(block => block.Commands()).ToList();
        for (var i = 0; i < commands.Count; i++)
        {
            var (command, place) = (commands[i], $"docs/cli.md:{commands[i].Line}: {commands[i].Text}");
            if (command.Text == "echo $?")
            {
                Assert.True(command.Output == $"{exitCode}", $"{place}: the exit code was {exitCode}.");
                continue;
            }

            var assigned = Assignment().Match(command.Text);
            var text = assigned.Success ? assigned.Groups["command"].Value : command.Text;
            var words = (command with { Text = text })
                .Words(variables)
                .Select(word => word.Replace("http://127.0.0.1:9200", elasticsearch.Uri.ToString().TrimEnd('/'), StringComparison.Ordinal))
                .ToArray();
            Assert.True(words[0] == "elastic-ingest", $"{place}: this is no command of ours.");
            run.Add(string.Join(' ', words.Skip(1).TakeWhile(word => HelpTopics.Paths.Any(path => path.Split(' ').Contains(word)))));
            var (code, output) = await RunAsync(cli, words[1..]);
            exitCode = code;
            if (assigned.Success)
            {
                variables[assigned.Groups["name"].Value] = (string)JsonNode.Parse(output)!["id"]!;
            }
            else if (command.Output.Length > 0)
            {
                var (expected, actual) = (Plain(command.Output, "/home/me"), Plain(output, cli.Folder));
                Assert.True(Likeness(expected).IsMatch(actual), $"{place}\nshould print\n{expected}\nand printed\n{actual}");
            }

            var isTold = i + 1 < commands.Count && commands[i + 1].Text == "echo $?";
            Assert.True(isTold || code == 0 || text.Contains("sorce", StringComparison.Ordinal), $"{place} ended with {code}.\n{output}");
        }

        string[] groups = ["", "connector", "job", "source", "init"];
        Assert.All(HelpTopics.Paths.Except(groups), path =>
            Assert.True(
                run.Any(line => line == path || line.StartsWith($"{path} ", StringComparison.Ordinal)),
                $"The page does not show {path}."
            )
        );
        Assert.True(commands.Count > 30, $"only {commands.Count} commands");
    }

    /// <summary>Runs a line; what serves until it is stopped is stopped.</summary>
    private static async Task<(int Code, string Output)> RunAsync(CliRun cli, string[] words)
    {
        if (words is ["emulator", ..] or ["poll"])
        {
            using var server = new CliRun();
            foreach (var (name, value) in cli.Variables)
            {
                server.Variables[name] = value;
            }

            var running = server.RunBareAsync([.. words.Select(word => word == "9200" ? "0" : word), "-c", cli.ConfigFile]);
            server.Shutdown.Signal();
            var ended = await running;
            return (ended == 130 ? 0 : ended, server.Out.ToString() + server.Error);
        }

        var code = await cli.RunAsync(words);
        return (code, cli.Out.ToString() + cli.Error);
    }

    /// <summary>A text without what is different at every run.</summary>
    private static string Plain(string text, string home)
    {
        text = text.Replace($"{home}/config.yml", "config.yml", StringComparison.Ordinal)
            .Replace(" -c config.yml", "", StringComparison.Ordinal)
            .Replace(home, "HOME", StringComparison.Ordinal);
        text = Changing().Replace(text.ReplaceLineEndings("\n").Trim('\n'), "#");
        return string.Join('\n', text.Split('\n').Select(line => Gap().Replace(line.TrimEnd(), "  ")));
    }

    /// <summary>A line of three dots stands for any lines.</summary>
    private static Regex Likeness(string expected) =>
        new(
            "^" + string.Join("\n", expected.Split('\n').Select(line => line == "..." ? "[^\0]*?" : Regex.Escape(line))) + "$",
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5)
        );

    [GeneratedRegex(
        @"\b[0-9a-f]{32}\b|(?<![\w/-])[\w-]{22}(?![\w-])|\d{4}-\d\d-\d\d[T ][\d:.]+Z?|(?<=in )\d+[.]\d s|(?<=127[.]0[.]0[.]1:)\d+|\b\d:\d\d\b",
        RegexOptions.None,
        5000
    )]
    private static partial Regex Changing();

    [GeneratedRegex("(?<=\\S) {2,}", RegexOptions.None, 5000)]
    private static partial Regex Gap();

    [GeneratedRegex(@"^(?<name>[A-Z]+)=\$\((?<command>[^|]+?) \| jq -r [.]id\)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Assignment();
}
