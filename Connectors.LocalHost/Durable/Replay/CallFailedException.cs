using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>A failed call, before retry policies have judged it. Orchestrators see a <see cref="TaskFailedException"/>.</summary>
internal sealed class CallFailedException(string name, int taskId, Failure failure) : Exception(failure.Message)
{
    public Failure Failure => failure;

    public TaskFailedException ToTaskFailed() => new(name, taskId, failure.ToDetails());
}
