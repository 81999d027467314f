using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Tests.Sync.Service;

/// <summary>An engine that does what a test says and remembers what it was asked.</summary>
internal sealed class ScriptedEngine : ISyncEngine
{
    public ConcurrentQueue<SyncRequest> Requests { get; } = [];

    public ConcurrentDictionary<string, bool> Kept { get; } = new();

    public ConcurrentQueue<string> Forgotten { get; } = [];

    /// <summary>What a run does; the default completes at once with three created documents.</summary>
    public Func<SyncRequest, SyncProgress, CancellationToken, CancellationToken, Task<SyncOutcome>> Script { get; set; } =
        (_, _, _, _) => Task.FromResult(Completed(new SyncCounts(Read: 3, Created: 3)));

    public static SyncOutcome Completed(SyncCounts counts) => new(SyncEnd.Completed, counts, counts.Indexed, new RejectionReport());

    public static SyncOutcome Stopped(SyncCounts counts) => new(SyncEnd.Stopped, counts, 0, new RejectionReport());

    /// <summary>Runs until it is asked to stop in an orderly way, with these counts.</summary>
    public void RunUntilStopped(SyncCounts counts, Action? started = null) =>
        Script = async (_, progress, stop, cancel) =>
        {
            started?.Invoke();
            progress.Add(counts);
            var stopped = new TaskCompletionSource();
            await using var item = stop.Register(stopped.SetResult);
            await stopped.Task.WaitAsync(cancel);
            return Stopped(counts);
        };

    public async Task<SyncOutcome> RunAsync(
        SyncRequest request,
        IDataSource source,
        SyncProgress progress,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        Requests.Enqueue(request);
        return await Script(request, progress, stopReading, cancellationToken);
    }

    public bool CanResume(string jobId) => Kept.ContainsKey(jobId);

    public Task ForgetAsync(string jobId, CancellationToken cancellationToken)
    {
        Forgotten.Enqueue(jobId);
        Kept.TryRemove(jobId, out _);
        return Task.CompletedTask;
    }
}
