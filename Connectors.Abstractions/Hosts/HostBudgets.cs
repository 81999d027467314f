using System.Collections.Concurrent;

namespace Connectors.Abstractions;

/// <summary>
/// The request budgets of all hosts. All syncs of a process share one instance, so that together they stay within each budget. Safe for
/// concurrent use.
/// </summary>
internal sealed class HostBudgets
{
    private readonly ConcurrentDictionary<string, HostBudget> _byHost = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The budget of a host, made at its first use.</summary>
    /// <param name="host">Its name.</param>
    /// <param name="requestsAtATime">Requests at the same time; counts for the first who asks.</param>
    /// <param name="time">The clock.</param>
    public HostBudget For(string host, int requestsAtATime, TimeProvider time) =>
        _byHost.GetOrAdd(host, _ => new HostBudget(requestsAtATime, time));
}
