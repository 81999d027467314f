using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Conventions;

/// <summary>Rules about the shape of the code. Each asserts how much it looked at, so that it can't pass by looking at nothing.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = Approved.Root;

    [Theory]
    [InlineData("Diff", "Engine|Bulk|Sources|Elasticsearch|Protocol|Service|Staging|Content|Configuration|Diagnostics")]
    [InlineData("Bulk", "Elasticsearch|Protocol|Service|Staging|Configuration")]
    [InlineData("Engine", "Elasticsearch|Protocol|Service|Configuration")]
    [InlineData("Sources", "Elasticsearch|Protocol|Service|Engine|Bulk|Diff|Staging")]
    public void DependenciesPointOneWay(string folder, string forbidden)
    {
        var files = Sources(Path.Combine("Connectors.Sync", folder)).ToList();
        Assert.True(files.Count >= 4, $"only {files.Count} files in {folder}");
        var wrong = new Regex($@"\bConnectors\.Sync\.({forbidden})\b", RegexOptions.None, TimeSpan.FromSeconds(5));
        Assert.Empty(files.Where(file => wrong.IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));
    }

    [Fact]
    public void OnlyTheGatewayTouchesTheElasticsearchClient()
    {
        var files = Sources("Connectors.Sync").Concat(Sources("Connectors.Cli")).Concat(Sources("Connectors.Functions")).ToList();
        Assert.True(files.Count > 100, $"only {files.Count} files");
        var wrong = files
            .Where(file => File.ReadAllText(file).Contains("using Elastic.", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Where(folder =>
                folder != "Connectors.Sync/Elasticsearch" && !folder.StartsWith("Connectors.Sync/Elasticsearch/", StringComparison.Ordinal)
            );
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheSyncSaysThatNothingIsDeletedAndNoGapDoes()
    {
        var files = Sources("Connectors.Sources").Select(file => (Name: file, Text: File.ReadAllText(file))).ToList();
        Assert.True(files.Count(file => file.Text.Contains(".AddGap(", StringComparison.Ordinal)) > 15);
        Assert.Empty(files.Where(file => DeletedInThisSync().IsMatch(file.Text)).Select(file => file.Name));
    }

    [Fact]
    public void OrchestratorsOnlyDecide()
    {
        var files = Sources(Path.Combine("Connectors.Functions", "Orchestrations")).ToList();
        Assert.True(files.Count >= 8, $"only {files.Count} files");
        var outside = new Regex(
            @"\bTimeProvider\b|\bGuid\.NewGuid\b|Task\.Delay|Task\.Run\b|ConfigureAwait|HttpClient|AppServices|IStagingStore|StagedSync\b",
            RegexOptions.None,
            TimeSpan.FromSeconds(5)
        );
        Assert.Empty(files.Where(file => outside.IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));
    }

    [Fact]
    public void FilesAndFoldersStaySmallAndFoldersAreNamespaces()
    {
        string[] projects =
        [
            "Connectors.Abstractions",
            "Connectors.Charsets",
            "Connectors.Sync",
            "Connectors.Sources",
            "Connectors.Cli",
            "Connectors.Emulator",
            "Connectors.Extraction",
            "Connectors.Functions",
            "Connectors.LocalHost",
            "Connectors.Testing",
        ];
        var files = projects.SelectMany(Sources).ToList();
        Assert.True(files.Count > 150, $"only {files.Count} files");
        Assert.Empty(files.Where(file => File.ReadLines(file).Count() > 300).Select(file => Path.GetRelativePath(Root, file)));
        Assert.Empty(
            files.SelectMany(file =>
                File.ReadLines(file)
                    .Select((line, index) => (line.Length, Place: $"{Path.GetRelativePath(Root, file)}:{index + 1}"))
                    .Where(line => line.Length > 140)
                    .Select(line => line.Place)
            )
        );
        Assert.Empty(
            files
                .GroupBy(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!))
                .Where(folder => folder.Count() > 14)
                .Select(folder => $"{folder.Key}: {folder.Count()} files")
        );
        Assert.Empty(
            files
                .Where(file =>
                    Namespace().Match(File.ReadAllText(file)) is { Success: true } match && match.Groups["name"].Value != Expected(file)
                )
                .Select(file => Path.GetRelativePath(Root, file))
        );
    }

    [Fact]
    public void NoSentenceSpeaksOfTheUnfinished()
    {
        var files = Sources(".").ToList();
        Assert.True(files.Count > 250, $"only {files.Count} files");
        Assert.Empty(
            files
                .Where(file =>
                    Unfinished().IsMatch(File.ReadAllText(file)) && !file.EndsWith("ArchitectureTests.cs", StringComparison.Ordinal)
                )
                .Select(file => Path.GetRelativePath(Root, file))
        );
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !Path.GetRelativePath(Root, file).Split('/', '\\').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules")
            );

    // The folders of Connectors.Abstractions have no namespaces of their own: a file of a source needs one using.
    private static string Expected(string file) =>
        Path.GetRelativePath(Root, Path.GetDirectoryName(file)!).Replace('/', '.').Replace('\\', '.') is var name
        && name.StartsWith("Connectors.Abstractions.", StringComparison.Ordinal)
            ? "Connectors.Abstractions"
            : name;

    [GeneratedRegex(@"""[^""\n]*deleted in this sync", RegexOptions.None, 5000)]
    private static partial Regex DeletedInThisSync();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|NotImplementedException", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Unfinished();
}
