using System.Text;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>CHANGELOG.md is made of the files in changelog/unreleased.</summary>
public sealed class ChangelogTests
{
    [Fact]
    public void TheChangelogHasEveryChangeInTheWordsOfItsFile()
    {
        var changes = Directory
            .EnumerateFiles(Path.Combine(Approved.Root, "changelog", "unreleased"), "*.md")
            .Order(StringComparer.Ordinal)
            .Select(Read)
            .ToList();
        Assert.True(changes.Count > 10, $"only {changes.Count} changes");
        Assert.Empty(changes.Where(change => change.Text.Length < 80).Select(change => change.Title));
        var page = new StringBuilder("# Changelog\n\n## Not released yet\n");
        foreach (var kind in new[] { "New", "Changed", "Fixed" })
        {
            var some = changes.Where(change => change.Kind == kind).ToList();
            if (some.Count > 0)
            {
                page.Append("\n### ").Append(kind).Append('\n');
                some.ForEach(change =>
                    page.Append('\n')
                        .Append(change.Title.Length > 0 ? $"**{change.Title}.** " : string.Empty)
                        .Append(change.Text)
                        .Append('\n')
                );
            }
        }

        Approved.Verify(page.ToString(), "CHANGELOG.md");
    }

    // "Fixed: what it is", an empty line, then the text. Without a word in front it is new; without a title it is a change.
    private static (string Kind, string Title, string Text) Read(string file)
    {
        var parts = File.ReadAllText(file).ReplaceLineEndings("\n").Trim().Split("\n\n", 2);
        if (parts.Length == 1 || parts[0].Contains('\n', StringComparison.Ordinal))
        {
            return ("Changed", string.Empty, string.Join("\n\n", parts));
        }

        var title = parts[0].Split(": ", 2);
        var (kind, rest) = title is ["New" or "Changed" or "Fixed", _] ? (title[0], title[1]) : ("New", parts[0]);
        return (kind, char.ToUpperInvariant(rest[0]) + rest[1..], parts[1].Trim());
    }
}
