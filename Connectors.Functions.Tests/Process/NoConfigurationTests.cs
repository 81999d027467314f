using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>Commands in a folder where there is no config.yml, which may be the wrong one.</summary>
public sealed class NoConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("doctor", "note  configuration: There is no config.yml in this folder: the defaults are used")]
    [InlineData("doctor", "will be made when first needed")]
    [InlineData("sync notes", "There is no config.yml in this folder: the defaults are used")]
    [InlineData("poll", "There is no config.yml in this folder: the defaults are used")]
    [InlineData("job list", "There is no config.yml in this folder: the defaults are used")]
    public async Task ItIsSaidAndNothingIsLeftBehind(string command, string said)
    {
        await using var process = IngestProcess.CommandIn(
            _folder.Path,
            command.Split(' '),
            KeyValuePair.Create("Connectors__elasticsearch__host", "http://127.0.0.1:1"),
            KeyValuePair.Create("Connectors__elasticsearch__max_wait_duration", "0")
        );

        await process.WritesAsync(said, Token);
        await process.ExitsWithAsync(4, Token);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }
}
