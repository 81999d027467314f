using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>Links between the pages of the documentation.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void EveryRelativeLinkLeadsToAFileAndAHeadingThatAreThere()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Approved.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Approved.Root, "*.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(Approved.Root, "changelog"), "*.md", SearchOption.AllDirectories)).ToList();
        var (seen, broken) = (0, new List<string>());
        foreach (var page in pages)
        {
            var text = Fence().Replace(File.ReadAllText(page), string.Empty);
            foreach (var target in Link().Matches(text).Select(match => match.Groups["target"].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
            {
                seen++;
                var parts = target.Split('#', 2);
                var file = parts[0].Length == 0 ? page : Path.GetFullPath(parts[0], Path.GetDirectoryName(page)!);
                if (!Path.Exists(file) || (parts.Length == 2 && !Headings(file).Contains(parts[1], StringComparer.Ordinal)))
                {
                    broken.Add($"{Path.GetRelativePath(Approved.Root, page)}: {target}");
                }
            }
        }

        Assert.Empty(broken);
        Assert.True(seen > 35, $"only {seen} links in {pages.Count} pages");
    }

    /// <summary>The names that headings have in links, as on GitHub: lower case, hyphens for spaces, no punctuation.</summary>
    private static IEnumerable<string> Headings(string file) => Heading().Matches(Fence().Replace(File.ReadAllText(file), string.Empty))
        .Select(match => NoName().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, 5000)]
    private static partial Regex NoName();
}
