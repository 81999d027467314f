namespace Connectors.Functions.Orchestrations;

/// <summary>
/// The result of an activity. Transient failures are thrown, so that the call's retry policy repeats the step; permanent ones are a result,
/// and stop the sync.
/// </summary>
/// <typeparam name="T">What the step gives.</typeparam>
/// <param name="Value">What it gave; the default when it was stopped.</param>
/// <param name="Stop">Why the sync is to stop.</param>
/// <param name="Message">Of <see cref="StopReason.Failed"/>: what, where, what next; without secrets.</param>
/// <param name="Retry">Of <see cref="StopReason.Waits"/>: when the step is to be done again.</param>
public sealed record StepResult<T>(T? Value, StopReason Stop = StopReason.None, string? Message = null, StepRetry? Retry = null);

/// <summary>Asks for a step to be done again: its source failed in a way that may pass.</summary>
/// <param name="TimeLimit">How long it is tried, from its first failure on (<c>service.source_retry_time_limit</c>).</param>
/// <param name="After">How long the source asked to wait.</param>
public sealed record StepRetry(TimeSpan TimeLimit, TimeSpan? After);

/// <summary>Why a sync is to stop.</summary>
public enum StopReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The user cancelled the job.</summary>
    Canceled,

    /// <summary>Another worker ended the job, or has it.</summary>
    TakenOver,

    /// <summary>It is not yet: the source failed in a way that may pass, and the step is to be done again.</summary>
    Waits,
}
