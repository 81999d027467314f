namespace Connectors.Tests.Support;

/// <summary>Runs what it is given at once, on the thread that gives it.</summary>
internal sealed class CallerScheduler : TaskScheduler
{
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    protected override void QueueTask(Task task) => TryExecuteTask(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
}
