using System.Text.RegularExpressions;
using Connectors.Tests.Docs.Pages;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>Links between the pages: none is broken, and they lead to every page.</summary>
public sealed partial class LinkTests
{
    private const string Index = "docs/README.md";

    [Fact]
    public void EveryRelativeLinkLeadsToAFileAndAHeadingThatAreThere()
    {
        var links = MarkdownPages.All.SelectMany(page => MarkdownPages.Links(page).Select(target => (Page: page, Target: target))).ToList();
        Assert.True(links.Count > 120, $"only {links.Count} links in {MarkdownPages.All.Count} pages");
        Assert.Empty(
            links
                .Where(link =>
                {
                    var (file, heading) = MarkdownPages.Resolve(link.Page, link.Target);
                    return !Path.Exists(Path.Combine(Approved.Root, file))
                        || (heading.Length > 0 && !MarkdownPages.Headings(file).Contains(heading, StringComparer.Ordinal));
                })
                .Select(link => $"{link.Page}: {link.Target}")
        );
    }

    [Fact]
    public void EveryFileThatTheArchitectureNamesIsThere()
    {
        string[] projects = ["Connectors.Sync", "Connectors.Functions", "Connectors.Sources"];
        var named = FileName().Matches(MarkdownPages.Text("docs/architecture.md")).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(named.Count > 30, $"only {named.Count} files");
        Assert.All(named, name => Assert.Contains(projects, project => IsThere(Path.Combine(Approved.Root, project, name))));
    }

    [Fact]
    public void TheIndexNamesEveryPage()
    {
        var pages = MarkdownPages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != Index).ToList();
        Assert.True(pages.Count > 25, $"only {pages.Count} pages");
        Assert.Empty(pages.Except(MarkdownPages.Links(Index).Select(target => MarkdownPages.Resolve(Index, target).File)));
        Assert.Contains(Index, MarkdownPages.Links("README.md").Select(target => MarkdownPages.Resolve("README.md", target).File));
    }

    [Fact]
    public void WhoeverReadsFromTheStartIsLedThroughThePagesInTheOrderOfTheIndex()
    {
        var order = MarkdownPages
            .Text(Index)
            .Split('\n')
            .Where(line => line.Length > 2 && char.IsAsciiDigit(line[0]) && line.Contains("](", StringComparison.Ordinal))
            .Select(line => MarkdownPages.Resolve(Index, line.Split("](")[1].Split(')')[0]).File)
            .ToList();
        Assert.True(order.Count >= 5, $"only {order.Count} pages in the order of the index");
        for (var at = 0; at + 1 < order.Count; at++)
        {
            var last = MarkdownPages.Text(order[at]).TrimEnd().Split('\n')[^1];
            Assert.StartsWith("Next: [", last, StringComparison.Ordinal);
            Assert.Equal(order[at + 1], MarkdownPages.Resolve(order[at], last.Split("](")[1].Split(')')[0]).File);
        }
    }

    private static bool IsThere(string path) => Directory.Exists(path) || File.Exists($"{path}.cs");

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z]+)+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
