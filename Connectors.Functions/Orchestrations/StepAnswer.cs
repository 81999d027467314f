namespace Connectors.Functions.Orchestrations;

/// <summary>
/// What an activity answers. What may pass is thrown, so that the retry policy of the call does the step again; what no retry can help is an answer, and stops the sync.
/// </summary>
/// <typeparam name="T">What the step gives.</typeparam>
/// <param name="Value">What it gave; the default when it was stopped.</param>
/// <param name="Stop">Why the sync is to stop.</param>
/// <param name="Message">Of <see cref="StepStop.Failed"/>: what, where, what next; without secrets.</param>
/// <param name="Retry">Of <see cref="StepStop.Waits"/>: when the step is to be done again.</param>
public sealed record StepAnswer<T>(T? Value, StepStop Stop = StepStop.None, string? Message = null, StepRetry? Retry = null);

/// <summary>Asks for a step to be done again: its source failed in a way that may pass.</summary>
/// <param name="TimeLimit">How long it is tried, from its first failure on (<c>service.source_retry_time_limit</c>).</param>
/// <param name="After">How long the source asked to wait.</param>
public sealed record StepRetry(TimeSpan TimeLimit, TimeSpan? After);

/// <summary>Why a sync is to stop.</summary>
public enum StepStop
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The user cancelled the job.</summary>
    Canceled,

    /// <summary>Somebody else ended the job, or has it.</summary>
    Lost,

    /// <summary>It is not yet: the source failed in a way that may pass, and the step is to be done again.</summary>
    Waits,
}
