using Connectors.Sources;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/sync-kinds.md tells of every source whether it can be synced incrementally.</summary>
public sealed class SyncKindsPageTests
{
    [Fact]
    public void EverySourceIsAmongThoseThatCanTellWhatChangedOrAmongTheOthers()
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
        var lines = MarkdownPages.Text("docs/sync-kinds.md").Split('\n');
        var able = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')[1]).ToList();
        var others = lines.Single(line => line.Contains("the others (`", StringComparison.Ordinal)).Split("the others (")[1].Split(')')[0];

        Assert.True(BuiltInSources.Classes.Count > 12, $"only {BuiltInSources.Classes.Count} sources");
        Assert.All(BuiltInSources.Classes.Keys, name =>
        {
            var isAble = catalog.Describe(name).HasChangeFeed;
            Assert.Equal(isAble, able.Exists(sources => sources.Contains($"`{name}`", StringComparison.Ordinal)));
            Assert.NotEqual(isAble, others.Contains($"`{name}`", StringComparison.Ordinal));
        });
    }
}
