namespace Connectors.Testing;

/// <summary>
/// Counts the calls that a source makes to its backend, and makes them fail on demand. The fixture's backend asks <see cref="Enter"/> at
/// every call, and fails the call when told so, in the way the real one would. Safe for concurrent use.
/// </summary>
public sealed class BackendCalls
{
    private readonly Lock _gate = new();
    private int _failFrom = int.MaxValue;
    private int _failCount = int.MaxValue;
    private int _observeAt = -1;
    private Action? _observer;

    /// <summary>Calls since the last <see cref="Reset"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Calls that were made to fail since the last <see cref="Reset"/>.</summary>
    public int Failed { get; private set; }

    /// <summary>Counts a call. False: the backend must fail it.</summary>
    public bool Enter()
    {
        Action? observer = null;
        bool works;
        lock (_gate)
        {
            var number = Count++;
            works = number < _failFrom || number - _failFrom >= _failCount;
            Failed += works ? 0 : 1;
            if (number == _observeAt)
            {
                observer = _observer;
            }
        }

        observer?.Invoke();
        return works;
    }

    /// <summary>Starts counting anew; call <paramref name="number"/> (0 = the next one) fails, and those after it work again.</summary>
    public void ResetAndFailOnce(int number)
    {
        lock (_gate)
        {
            (Count, Failed, _failFrom, _failCount, _observeAt) = (0, 0, number, 1, -1);
        }
    }

    /// <summary>Starts counting anew; from call <paramref name="failFrom"/> on (0 = the next one) every call fails.</summary>
    public void Reset(int failFrom = int.MaxValue)
    {
        lock (_gate)
        {
            (Count, Failed, _failFrom, _failCount, _observeAt) = (0, 0, failFrom, int.MaxValue, -1);
        }
    }

    /// <summary>Starts counting anew; <paramref name="action"/> runs when call <paramref name="number"/> comes.</summary>
    public void ResetAndObserve(int number, Action action)
    {
        lock (_gate)
        {
            (Count, Failed, _failFrom, _failCount, _observeAt, _observer) = (0, 0, int.MaxValue, int.MaxValue, number, action);
        }
    }
}
