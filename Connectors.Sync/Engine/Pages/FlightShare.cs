namespace Connectors.Sync.Engine.Pages;

/// <summary>Bytes of a <see cref="FlightBudget"/> in use. One thread at a time; disposed more than once, it counts once.</summary>
/// <param name="budget">The budget.</param>
/// <param name="bytes">How much of it.</param>
internal sealed class FlightShare(FlightBudget budget, long bytes) : IDisposable
{
    private bool _isParked;

    /// <summary>The budget that it belongs to.</summary>
    public FlightBudget Budget => budget;

    /// <summary>How much it is.</summary>
    public long Bytes { get; private set; } = bytes;

    /// <summary>Sets it to what is really held, at once: more is counted too.</summary>
    public void Set(long actual)
    {
        var more = actual - Bytes;
        Bytes = actual;
        budget.Change(more, _isParked ? more : 0);
    }

    /// <summary>Its owner waits for others.</summary>
    public void Park()
    {
        if (!_isParked)
        {
            _isParked = true;
            budget.Change(0, Bytes);
        }
    }

    /// <summary>Its owner goes on.</summary>
    public void Resume()
    {
        if (_isParked)
        {
            _isParked = false;
            budget.Change(0, -Bytes);
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        Resume();
        Set(0);
    }
}
