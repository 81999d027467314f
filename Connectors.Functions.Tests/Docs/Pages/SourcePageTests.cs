using Connectors.Sources;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>The page of each source tells of everything that the source can be told, and which sources have rules.</summary>
public sealed class SourcePageTests
{
    private static readonly SourceCatalog Catalog = new(
        BuiltInSources.Classes,
        Path.GetTempPath(),
        NullLoggerFactory.Instance,
        TimeProvider.System
    );

    public static TheoryData<string> Sources => [.. BuiltInSources.Classes.Keys];

    [Theory]
    [MemberData(nameof(Sources))]
    public void EveryFieldOfTheSourceStandsOnItsPage(string name)
    {
        var page = MarkdownPages.Text($"docs/sources/{name}.md");

        Assert.All(Catalog.Describe(name).Fields, field => Assert.Contains($"`{field.Name}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void TheSourcesWithAdvancedRulesAreThoseThatThePageOfRulesNames(string name)
    {
        var isNamed = MarkdownPages.Text("docs/sync-rules.md").Contains($"[`{name}`](sources/{name}.md#", StringComparison.Ordinal);

        Assert.Equal(Catalog.Describe(name).CheckAdvancedRules is not null, isNamed);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void TheIndexOfItsExampleIsOneThatTheKeyOfTheDocumentationMayFill(string name)
    {
        var page = MarkdownPages.Text($"docs/sources/{name}.md");
        var indices = page.Split("--index ").Skip(1).Select(rest => rest.Split(' ')[0]).ToList();

        Assert.NotEmpty(indices);
        Assert.All(indices, index => Assert.StartsWith("search-", index, StringComparison.Ordinal));
    }
}
