using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>The contract of all sources, and that of a sync which is being stopped: a page then ends with the documents that it
/// has.</summary>
public abstract class StoppableSourceContractTests : SourceContractTests
{
    private static readonly PageLimits ToEnd = PageLimits.Default with { Ending = new CancellationToken(canceled: true) };

    /// <summary>Whether a page can end before the limits of <see cref="PageLimits.Default"/>.</summary>
    private protected virtual bool EndsWithin => true;

    [Fact]
    public async Task PagesThatAreToEndLoseNothing()
    {
        await using var source = Open();
        var partitions = await source.PartitionAsync(2, Cancellation);
        var all = new List<ReadPage>();
        foreach (var partition in partitions)
        {
            var pages = await source.PartitionAsync(partition, PageToken.Start, ToEnd, Cancellation);
            all.AddRange(pages);
            for (var index = 0; index < pages.Count - 1; index++)
            {
                await using var other = Open();
                var rest = await other.PartitionAsync(partition, pages[index].Next, PageLimits.Default, Cancellation);
                Assert.False(rest[0].Restarts, "Nothing changed, so there is no reason to begin anew.");
                Assert.Equal(pages.Skip(index + 1).Documents(), rest.Documents());
            }
        }

        Assert.Equal(Fixture.Ids.Order(StringComparer.Ordinal), all.Ids().Order(StringComparer.Ordinal));
        Assert.Equal(partitions.Count, all.Count(page => page.IsLast));
        Assert.True(all.Count > partitions.Count || !EndsWithin, "No page has ended before its partition.");
    }
}
