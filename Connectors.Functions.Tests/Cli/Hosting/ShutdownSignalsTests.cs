using Connectors.Cli.Hosting;
using Xunit;

namespace Connectors.Tests.Cli.Hosting;

public sealed class ShutdownSignalsTests
{
    [Fact]
    public void AHangUpStopsInOrderHoweverOftenItComes()
    {
        List<int> exits = [];
        using var signals = new ShutdownSignals(exits.Add);

        signals.HangUp();
        signals.HangUp();

        Assert.True(signals.Stop.IsCancellationRequested);
        Assert.False(signals.Now.IsCancellationRequested);
        Assert.Empty(exits);

        signals.Signal();
        Assert.True(signals.Now.IsCancellationRequested);
        Assert.Single(exits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ASignalThatComesWhenTheCommandIsOverChangesNothing(int before)
    {
        List<int> exits = [];
        var signals = new ShutdownSignals(exits.Add);
        for (var number = 0; number < before; number++)
        {
            signals.Signal();
        }

        signals.Dispose();
        signals.Signal();

        Assert.Empty(exits);
    }
}
