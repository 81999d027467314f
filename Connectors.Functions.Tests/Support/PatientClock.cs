using Microsoft.Extensions.Time.Testing;

namespace Connectors.Tests.Support;

/// <summary>
/// A clock that a test moves, and that waits for those whom it wakes: somebody who wakes sets another timer as a rule. It never moves twice
/// without giving its processor to others. On a busy machine hours would pass otherwise before some thread gets one.
/// </summary>
/// <param name="start">What time it is at first.</param>
internal sealed class PatientClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    // Some timers wake nobody who sets another one, and no test passes or fails by this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private const int Turns = 20;
    private int _set;
    private int _rung;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _set);
        return base.CreateTimer(period == Timeout.InfiniteTimeSpan ? Ring : callback, state, dueTime, period);

        void Ring(object? of)
        {
            Interlocked.Increment(ref _rung);
            callback(of);
        }
    }

    /// <summary>Lets time pass, and whoever that wakes work, until that is enough.</summary>
    /// <param name="time">How much time.</param>
    /// <param name="isEnough">Whether the test need not wait any more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PassAsync(TimeSpan time, Func<bool> isEnough, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (set, rung) = (Volatile.Read(ref _set), Volatile.Read(ref _rung));
        Advance(time);
        for (var turn = 0; turn < Turns && !isEnough(); turn++)
        {
            await Task.Yield();
        }

        var begun = System.GetTimestamp();
        var isPatient = true;
        while (isPatient && !isEnough())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), System, cancellationToken);
            var isAnswered = Volatile.Read(ref _set) - set >= Volatile.Read(ref _rung) - rung;
            isPatient = !isAnswered && System.GetElapsedTime(begun) < Patience;
        }
    }
}
