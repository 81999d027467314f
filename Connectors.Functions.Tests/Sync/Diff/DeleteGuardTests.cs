using Connectors.Sync.Diff;
using Xunit;

namespace Connectors.Tests.Sync.Diff;

public sealed class DeleteGuardTests
{
    [Theory]
    [InlineData(1000, 900, 150, false)] // exactly the limit
    [InlineData(1000, 849, 151, true)]
    [InlineData(25, 1, 24, true)] // a small index is no exception
    [InlineData(25, 5, 20, false)] // so many may always vanish
    [InlineData(100, 79, 21, true)]
    [InlineData(140, 119, 21, false)] // more than that, and exactly the limit
    [InlineData(139, 118, 21, true)]
    [InlineData(50, 0, 50, true)] // nothing listed deletes nothing, however small
    [InlineData(50, 0, 0, false)]
    public void TheGuardRefusesWhatIsTooMuch(long indexed, long listed, long vanished, bool refused)
    {
        Assert.Equal(refused, DeleteGuard.Refuse(indexed, listed, vanished, new DeleteGuardOptions(), allowMassDelete: false) is not null);
        Assert.Null(DeleteGuard.Refuse(indexed, listed, vanished, new DeleteGuardOptions(), allowMassDelete: true));
    }

    [Theory]
    [InlineData(167_965, 167_915, "more than 99.9")]
    [InlineData(1000, 1000, "100")]
    [InlineData(100_000, 15_001, "more than 15")]
    [InlineData(1000, 333, "33.3")]
    public void AShareIsRoundedNeitherToAllNorToWhatIsAllowed(long indexed, long vanished, string share) =>
        Assert.Contains(
            $" ({share} %) are no longer in the source",
            DeleteGuard.Refuse(indexed, 1, vanished, new DeleteGuardOptions(), allowMassDelete: false),
            StringComparison.Ordinal
        );

    [Fact]
    public void AtOneHundredPercentOnlyAnEmptyListingIsRefused()
    {
        var off = new DeleteGuardOptions { MaxPercent = 100 };
        Assert.Null(DeleteGuard.Refuse(1000, 1, 1000, off, allowMassDelete: false));
        Assert.NotNull(DeleteGuard.Refuse(1000, 0, 1000, off, allowMassDelete: false));
    }
}
