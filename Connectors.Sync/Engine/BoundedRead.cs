namespace Connectors.Sync.Engine;

/// <summary>Reads of sources that may not heed their token: a file system that is gone keeps a system call for ever, and must not keep its job with it.</summary>
internal static class BoundedRead
{
    /// <summary>How long a source has, once it is to stop, to come to its end before it is left behind.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits for a page until the token is cancelled and <see cref="Patience"/> has passed. A page that comes later is disposed.</summary>
    /// <param name="read">Asks the source.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the read may still be under way.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> read, TimeProvider time, CancellationToken cancellationToken)
        where T : IDisposable
    {
        // On a thread of its own, because a source may sit in a system call before it has a task to give.
        var reading = Task.Run(read, cancellationToken);
        try
        {
            return await reading.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A source that heeds its token is through in no time, and has to be before it is closed.
            await ((Task)reading).WaitAsync(Patience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = reading.ContinueWith(Discard, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private static void Discard<T>(Task<T> late)
        where T : IDisposable
    {
        if (late.IsCompletedSuccessfully)
        {
            late.Result.Dispose();
        }

        // Looked at, so that nobody reports it as an exception that nobody looked at.
        _ = late.Exception;
    }
}
