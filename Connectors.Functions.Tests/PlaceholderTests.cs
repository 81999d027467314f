namespace Connectors.Tests;

public sealed class PlaceholderTests
{
    [Xunit.Fact]
    public void TheSolutionBuilds() => Xunit.Assert.NotNull(typeof(PlaceholderTests).Assembly.Location);
}
