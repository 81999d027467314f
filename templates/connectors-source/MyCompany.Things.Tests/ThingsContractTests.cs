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
}
