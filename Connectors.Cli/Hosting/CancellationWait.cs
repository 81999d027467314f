namespace Connectors.Cli.Hosting;

/// <summary>Waiting for a token.</summary>
internal static class CancellationWait
{
    /// <summary>Completes, without an error, when the token is cancelled.</summary>
    public static async Task WhenCancelledAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
