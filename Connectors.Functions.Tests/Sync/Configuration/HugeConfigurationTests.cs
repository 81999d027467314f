using Connectors.Sync.Configuration;
using Connectors.Sync.Configuration.Loading;
using Xunit;

namespace Connectors.Tests.Sync.Configuration;

/// <summary>Configuration files that nobody wrote by hand.</summary>
public sealed class HugeConfigurationTests
{
    [Theory]
    [InlineData("[", "]", 2_000)]
    [InlineData("{a: ", "}", 2_000)]
    [InlineData("[", "]", 20)]
    public void TooDeepNestingIsRefusedAtOnce(string open, string close, int depth)
    {
        var text = "sources: " + string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));

        var problem = Assert.Single(Read(text).Problems, problem => problem.ToString().Contains("nested", StringComparison.Ordinal));

        Assert.Contains("settings are nested more than 16 levels deep", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileLargerThanAMebibyteIsRefused()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# " + new string('x', 1024 * 1024));

            var outcome = ServiceConfiguration.Read(file, new Dictionary<string, string>(), SourceClasses.None);

            Assert.Contains("larger than 1 MiB", Assert.Single(outcome.Problems).ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ConfigurationOutcome Read(string text) =>
        ServiceConfigurationReader.Read("config.yml", "/tmp", text, new Dictionary<string, string>(), SourceClasses.None);
}
