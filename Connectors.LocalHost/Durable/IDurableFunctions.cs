using Connectors.LocalHost.Durable.Replay;

namespace Connectors.LocalHost.Durable;

/// <summary>The app's orchestrators and activities, as the runner sees them.</summary>
internal interface IDurableFunctions
{
    /// <summary>The orchestrator of that name, without regard to case; null when there is none.</summary>
    Orchestrator? FindOrchestrator(string name);

    /// <summary>Runs an activity with its input and gives its result, both as JSON.</summary>
    /// <exception cref="UnknownFunctionException">There is no such activity.</exception>
    Task<string?> RunActivityAsync(string name, string? input, CancellationToken cancellationToken);
}
