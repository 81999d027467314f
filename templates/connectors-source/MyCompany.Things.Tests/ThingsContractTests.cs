using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace MyCompany.Things.Tests;

/// <summary>What every source must keep.</summary>
public sealed class ThingsContractTests : SourceContractTests<ThingsFixture>
{
    [Fact]
    public async Task AnItemBecomesADocument()
    {
        await using var source = Open();
        var document = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents()[0];
        Assert.Equal("item-01", document.Id);
        Assert.Equal("""{"title":"Title of item-01"}""", document.Body);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), document.Timestamp);
    }

    [Fact]
    public async Task APageThatIsRefusedIsAskedForAgainAndNoOtherIs()
    {
        var fixture = (ThingsFixture)Fixture;
        fixture.RefusedPage = 2;
        await using var source = Open();
        Assert.Equal(fixture.Ids, (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
        Assert.Equal([1, 2, 2, 3, 4], fixture.Pages);
    }
}
