using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Triggers;

/// <summary>Ends jobs that fell silent, looks after the connectors, makes the jobs that are due, and starts those that wait.</summary>
public sealed class PollConnectors(ConnectorApp app, SyncStarter starter, ILogger<PollConnectors> logger)
{
    /// <summary>Runs a poll.</summary>
    [Function(nameof(PollConnectors))]
    public async Task RunAsync(
        [TimerTrigger("%ConnectorsPollSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var services = await app.ReadyAsync(cancellationToken);
            await SyncStarter.FailSilentAsync(services, client, cancellationToken);
            await services.PollCycle.MaintainAllAsync(isRunning: null, cancellationToken);
            await starter.StartWaitingAsync(services, client, cancellationToken);
        }
        catch (ConnectorException failure)
        {
            // The next poll tries again.
            OrchestrationLog.Failed(logger, nameof(PollConnectors), failure.Message);
        }
    }
}
