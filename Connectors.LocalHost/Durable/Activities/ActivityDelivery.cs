namespace Connectors.LocalHost.Durable.Activities;

/// <summary>
/// How often an activity runs for one call. The real service guarantees only "at least once"; the other values test how an app handles
/// repetitions.
/// </summary>
public enum ActivityDelivery
{
    /// <summary>Once, as long as the process lives.</summary>
    Once,

    /// <summary>Twice, one after the other; the first result is lost, as when a worker dies before it can report.</summary>
    TwiceInTurn,

    /// <summary>Twice at the same time; the result that comes first counts, and the other run goes on behind the orchestrator's
    /// back.</summary>
    TwiceAtOnce,
}
