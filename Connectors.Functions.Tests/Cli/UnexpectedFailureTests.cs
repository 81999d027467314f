using Connectors.Cli;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli;

/// <summary>A failure that nobody foresaw, in any command: a sentence and an exit code, no stack trace.</summary>
public sealed class UnexpectedFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItIsASentenceAndTheStackComesOnlyWithDebug()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri) { Time = new BrokenClock(new InvalidOperationException("password=S3CR3T-S3CR3T")) };

        Assert.Equal(ExitCode.Failed, await cli.RunAsync("cleanup"));
        Assert.Matches(
            @"\AUnexpected error \(InvalidOperationException, [0-9a-f]{8}\)\. Please report it\.\n"
                + @"The same command with --debug tells where it happened\.\n\z",
            cli.Error.ToString()
        );

        Assert.Equal(ExitCode.Failed, await cli.RunAsync("cleanup", "--debug"));
        Assert.Contains($"{nameof(BrokenClock)}.{nameof(TimeProvider.GetUtcNow)}", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("S3CR3T", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneOfAFileNamesTheFile()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri) { Time = new BrokenClock(new IOException("No space left on device : '/data/x'")) };

        Assert.Equal(ExitCode.Failed, await cli.RunAsync("cleanup"));

        Assert.StartsWith("No space left on device : '/data/x'\n", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", cli.Error.ToString(), StringComparison.Ordinal);
    }

    private sealed class BrokenClock(Exception failure) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw failure;
    }
}
