using System.CommandLine;
using System.Text.RegularExpressions;
using Connectors.Cli;
using Connectors.Cli.Commands;
using Connectors.Cli.Hosting;
using Connectors.Sync.Configuration.Settings;
using Connectors.Tests.Docs.Pages;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>Settings and commands that are named in sentences.</summary>
public sealed partial class ProseTests
{
    [Fact]
    public void EverySettingThatASentenceNamesExists()
    {
        var reference = MarkdownPages.Text("docs/configuration.md");
        var named = Inline(Setting()).ToList();
        Assert.True(named.Count > 45, $"only {named.Count} settings are named");
        Assert.Empty(
            named
                .Where(item =>
                    SettingTable.Find(item.Text, ignoreCase: false, out _) is null
                    && !SettingTable.IsSection(item.Text)
                    && !reference.Contains($"| `{item.Text}` |", StringComparison.Ordinal)
                )
                .Select(item => $"{item.Page}: {item.Text}")
        );
    }

    [Fact]
    public void EveryCommandLineThatASentenceNamesIsUnderstood()
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var root = IngestCommand.Create(
            new CliEnvironment
            {
                Out = TextWriter.Null,
                Error = TextWriter.Null,
                Variables = new Dictionary<string, string>(),
                Width = 100,
                Shutdown = shutdown,
            }
        );
        var named = Inline(Command())
            .Where(item => !item.Text.Contains("COMMAND", StringComparison.Ordinal) && !item.Text.Contains('['))
            .ToList();
        Assert.True(named.Count > 15, $"only {named.Count} command lines are named");
        Assert.Empty(
            named
                .Where(item =>
                    !IsUnderstood(root, new DocCommand(item.Page, 0, item.Text, string.Empty).Words(new Dictionary<string, string>()))
                )
                .Select(item => $"{item.Page}: elastic-ingest {item.Text}")
        );
    }

    [Fact]
    public void EveryWordThatConceptsIntroducesIsInTheGlossary()
    {
        var words = MarkdownPages
            .Rows("docs/glossary.md", "word", "meaning")
            .SelectMany(row => row[0].Split(", "))
            .ToHashSet(StringComparer.Ordinal);
        var introduced = Bold()
            .Matches(MarkdownPages.Text("docs/concepts.md"))
            .Select(match => match.Groups["text"].Value)
            .Where(text => char.IsLower(text[0]))
            .Distinct()
            .ToList();
        Assert.True(introduced.Count > 10, $"only {introduced.Count} words in bold");
        Assert.DoesNotContain(introduced, word => !words.Contains(word) && !words.Contains(word[..^1]));
    }

    // Either as it stands, or as the name of a command, without what it needs.
    private static bool IsUnderstood(Command root, IReadOnlyList<string> words)
    {
        if (root.Parse(words).Errors.Count == 0)
        {
            return true;
        }

        Command? at = root;
        foreach (var word in words)
        {
            at = at?.Subcommands.FirstOrDefault(command => command.Name == word);
        }

        return at is not null;
    }

    private static IEnumerable<(string Page, string Text)> Inline(Regex what) =>
        MarkdownPages
            .All.Where(page => page != "docs/configuration.md")
            .SelectMany(page => what.Matches(MarkdownPages.Text(page)).Select(match => (page, match.Groups["text"].Value)));

    [GeneratedRegex(
        @"`(?<text>(elasticsearch|service|local_extraction|extraction_service)\.[a-z_.]+)`",
        RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Setting();

    [GeneratedRegex(@"\*\*(?<text>[^*\n]+)\*\*", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Bold();

    [GeneratedRegex("`elastic-ingest (?<text>[^`\n]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Command();
}
