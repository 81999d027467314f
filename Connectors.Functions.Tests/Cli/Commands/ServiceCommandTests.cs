using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class ServiceCommandTests
{
    [Fact]
    public async Task TheFirstSignalEndsTheServiceInOrderAndTheSecondAtOnce()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliRun(elasticsearch.Uri);
        var polling = cli.RunAsync("poll");

        cli.Shutdown.Signal();

        Assert.Equal(130, await polling);
        Assert.Empty(cli.Exits);
        cli.Shutdown.Signal();
        Assert.Equal([130], cli.Exits);
    }

    [Fact]
    public async Task TheEmulatorTellsItsAddressAndEndsWellWhenStopped()
    {
        using var cli = new CliRun();
        var running = cli.RunAsync("emulator", "--port", "0", "--data", Path.Combine(cli.Folder, "data"));

        cli.Shutdown.Signal();

        Assert.Equal(0, await running);
        Assert.Matches("^Emulator listens on http://127.0.0.1:[0-9]+/ - stop it with Ctrl-C.\n$", cli.Out.ToString());
    }

    [Fact]
    public async Task TheDemoShowsThreeSyncsAndEndsWithTheNumbersOfTheSecond()
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("demo"));

        Assert.Equal("", cli.Error.ToString());
        Assert.EndsWith("\ndemo: indexed 5, updated 12, deleted 8\n", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("8 found, the first 3\n", cli.Out.ToString(), StringComparison.Ordinal);
    }
}
