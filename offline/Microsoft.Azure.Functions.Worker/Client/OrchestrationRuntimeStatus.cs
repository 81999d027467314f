namespace Microsoft.DurableTask.Client;

public enum OrchestrationRuntimeStatus
{
    Running,
    Completed,
    [Obsolete("Kept by the original for compatibility.")]
    ContinuedAsNew,
    Failed,
    [Obsolete("Kept by the original for compatibility.")]
    Canceled,
    Terminated,
    Pending,
    Suspended,
}
