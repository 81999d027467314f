namespace Connectors.Emulator.Faults;

/// <summary>What an emulator does wrong. Thread-safe; rules may be added and removed while it runs. The first rule that fits
/// decides.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private volatile FaultRule[] _rules = [];

    /// <summary>Adds a rule and returns it, for <see cref="FaultRule.Hits"/> and <see cref="Remove"/>.</summary>
    public FaultRule Add(FaultRule rule)
    {
        lock (_lock)
        {
            _rules = [.. _rules, rule];
        }

        return rule;
    }

    /// <summary>Takes a rule out; false when it wasn't there.</summary>
    public bool Remove(FaultRule rule)
    {
        lock (_lock)
        {
            var rest = Array.FindAll(_rules, other => !ReferenceEquals(other, rule));
            var found = rest.Length < _rules.Length;
            _rules = rest;
            return found;
        }
    }

    /// <summary>Everything goes well again. Requests that wait at a gate go on waiting.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _rules = [];
        }
    }

    /// <summary>Waits at the gates, and returns the rule that spoils the call, if any.</summary>
    internal async Task<FaultRule?> ApplyBeforeAsync(LoggedRequest request, CancellationToken cancellationToken)
    {
        foreach (var rule in _rules)
        {
            if (rule.Kind == FaultKind.RefuseItem || !rule.Applies(request) || !rule.Draw())
            {
                continue;
            }

            if (rule.Kind != FaultKind.Hold)
            {
                return rule;
            }

            await rule.Gate!.PassAsync(cancellationToken);
        }

        return null;
    }

    /// <summary>The rules about items; empty, at no cost, when there are none.</summary>
    internal FaultRule[] ItemRules()
    {
        var rules = _rules;
        return rules.Length == 0 ? rules : Array.FindAll(rules, rule => rule.Kind == FaultKind.RefuseItem);
    }

    /// <summary>The rule that spoils an item, if any.</summary>
    internal static FaultRule? ForItem(FaultRule[] itemRules, BulkItem item)
    {
        foreach (var rule in itemRules)
        {
            if ((rule.Item is null || rule.Item(item)) && rule.Draw())
            {
                return rule;
            }
        }

        return null;
    }
}
