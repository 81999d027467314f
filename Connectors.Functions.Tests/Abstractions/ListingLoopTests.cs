using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>A listing that goes in a circle is noticed, and none that ends is taken for one.</summary>
public sealed class ListingLoopTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(5, 100)]
    [InlineData(5_000, 4_321)]
    [InlineData(10, 300_000)]
    public void ACircleIsNoticed(int before, int circle)
    {
        var loop = new ListingLoop();
        var noticed = Enumerable
            .Range(0, before + (20 * circle) + 300_000)
            .FirstOrDefault(place => loop.Add(place < before ? $"b{place}" : $"c{(place - before) % circle}"), -1);

        Assert.InRange(noticed, before + (3 * circle), before + (8 * circle) + 120_000);
        Assert.Equal(circle, loop.Length);
    }

    [Fact]
    public void DocumentsThatComeSeveralTimesAreNone()
    {
        Assert.False(IsNoticed(Enumerable.Range(0, 500_000).Select(place => $"{place}")));
        Assert.False(IsNoticed(Enumerable.Range(0, 500_000).Select(place => $"{place / 5}")));
        Assert.False(IsNoticed(Enumerable.Range(0, 500_000).Select(place => $"{place % 200_000}")));
        Assert.False(IsNoticed(Enumerable.Range(0, 90_000).Select(_ => "parent").Concat(Enumerable.Range(0, 90_000).Select(n => $"{n}"))));
        Assert.False(IsNoticed(Enumerable.Range(0, 500_000).Select(place => place % 2 == 0 ? "all" : $"{place}")));
    }

    [Fact]
    public async Task AnEnumerationThatNeverEndsIsStoppedAndNamed()
    {
        await using var source = new ListedDataSource(SourceContext.Empty, FirstPageForEver(), new BackendCalls());

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.AllAsync(1, PageLimits.Default, TestContext.Current.CancellationToken)
        );

        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.Matches(
            @"^The source lists the same 3 documents in the same order again and again, 100,\d{3} documents so far, so the reading would "
                + @"never end\. Nothing is deleted\.",
            failure.Message
        );
    }

    private static bool IsNoticed(IEnumerable<string> ids)
    {
        var loop = new ListingLoop();
        return ids.Any(loop.Add);
    }

    /// <summary>As over a service that does not know the parameter for the page.</summary>
    private static IEnumerable<string> FirstPageForEver()
    {
        while (true)
        {
            yield return "a";
            yield return "b";
            yield return "c";
        }
    }
}
