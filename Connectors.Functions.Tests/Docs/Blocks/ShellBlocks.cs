using System.Text.RegularExpressions;
using Connectors.Tests.Docs.Pages;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Commands, one after the other. Parts of a line that <c>&amp;&amp;</c> joins are commands of their own.</summary>
internal static partial class ShellBlocks
{
    // Pages whose commands are run by a test of their own, which knows more: what each prints, or which files it makes.
    private static readonly Dictionary<string, string> Stories = new(StringComparer.Ordinal)
    {
        ["docs/cli.md"] = nameof(CliPageTests),
        ["docs/writing-a-source.md"] = "TemplateTests",
    };

    public static async Task RunAsync(DocBlock block, PageStory story)
    {
        if (Stories.TryGetValue(block.File, out var test) && typeof(ShellBlocks).Assembly.GetTypes().Any(type => type.Name == test))
        {
            return;
        }

        var commands = block.Commands().Select(Inner).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            await story.CliAsync();
            foreach (var words in Parts(command.Words(story.Variables)))
            {
                await RunAsync(words, command, story);
            }
        }
    }

    /// <summary>What a line runs whose output becomes a variable.</summary>
    private static DocCommand Inner(DocCommand command) =>
        Assignment().Match(command.Text) is { Success: true } assignment
            ? command with { Text = assignment.Groups["command"].Value }
            : command;

    private static async Task RunAsync(string[] words, DocCommand command, PageStory story)
    {
        if (words is ["dotnet", "run", "build.cs", "--", "demo"] && command.Output.Length > 0)
        {
            await IngestCommands.DemoAsync(command.Output, story);
        }
        else if (words is ["dotnet", "run", "--project", "Connectors.Cli", "--", .. var rest])
        {
            await IngestCommands.RunAsync(rest, story);
        }
        else if (words is ["elastic-ingest", .. var arguments])
        {
            await IngestCommands.RunAsync(arguments, story);
        }
        else if (words[0] == "curl")
        {
            await HttpCommands.SendAsync(words, story);
        }
        else
        {
            OtherCommands.Check(words, command);
        }
    }

    private static IEnumerable<string[]> Parts(IReadOnlyList<string> words)
    {
        var part = new List<string>();
        foreach (var word in words)
        {
            if (word is "&&" or "|")
            {
                yield return [.. part];
                part = [];
            }
            else
            {
                part.Add(word);
            }
        }

        yield return [.. part];
    }

    [GeneratedRegex(@"^[a-z]+=\$\((?<command>.+)\)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Assignment();
}
