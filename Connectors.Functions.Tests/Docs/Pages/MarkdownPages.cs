using System.Text.RegularExpressions;
using Connectors.Tests.Support;

namespace Connectors.Tests.Docs.Pages;

/// <summary>The Markdown files of the repository, and what is in them.</summary>
internal static partial class MarkdownPages
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", ".git"];

    /// <summary>All of them, relative to the root, with slashes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory
            .EnumerateFiles(Approved.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Approved.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Intersect(NotOurs).Any())
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The whole text, with line feeds.</summary>
    public static string Text(string page) => File.ReadAllText(Path.Combine(Approved.Root, page)).ReplaceLineEndings("\n");

    /// <summary>The text without fenced blocks and without code in a line.</summary>
    public static string Prose(string page) => Code().Replace(Fence().Replace(Text(page), string.Empty), string.Empty);

    /// <summary>The fenced blocks, in order.</summary>
    public static IReadOnlyList<DocBlock> Blocks(string page) => CommandBlocks.Read(page);

    /// <summary>The targets of links to files and headings of the repository, as they are written.</summary>
    public static IEnumerable<string> Links(string page) =>
        Link()
            .Matches(Prose(page))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal));

    /// <summary>The file that a link of a page leads to, relative to the root, and the heading in it, or empty.</summary>
    public static (string File, string Heading) Resolve(string page, string target)
    {
        var parts = target.Split('#', 2);
        var file =
            parts[0].Length == 0
                ? page
                : Path.GetRelativePath(Approved.Root, Path.GetFullPath(parts[0], Path.GetDirectoryName(Path.Combine(Approved.Root, page))!))
                    .Replace('\\', '/');
        return (file, parts.Length == 2 ? parts[1] : string.Empty);
    }

    /// <summary>The names that headings have in links, as on GitHub: lower case, hyphens for spaces, no punctuation.</summary>
    public static IReadOnlyList<string> Headings(string page) =>
        [
            .. Heading()
                .Matches(Fence().Replace(Text(page), string.Empty))
                .Select(match => NoName().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-')),
        ];

    /// <summary>The cells of the rows of all tables of a page whose first column has a heading of that name, without the row of
    /// headings.</summary>
    public static IReadOnlyList<string[]> Rows(string page, params string[] headings)
    {
        var lines = Fence().Replace(Text(page), string.Empty).Split('\n');
        var rows = new List<string[]>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].StartsWith('|') && Cells(lines[at]).SequenceEqual(headings))
            {
                rows.AddRange(lines.Skip(at + 2).TakeWhile(line => line.StartsWith('|')).Select(Cells));
            }
        }

        return rows;
    }

    private static string[] Cells(string line) =>
        [.. CellEnd().Split(line.Trim().Trim('|')).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];

    [GeneratedRegex("^ *```.*?^ *```$", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.None, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, 5000)]
    private static partial Regex NoName();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, 5000)]
    private static partial Regex CellEnd();
}
