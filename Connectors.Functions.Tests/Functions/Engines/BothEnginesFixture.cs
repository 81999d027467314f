using Connectors.Functions.Orchestrations;
using Connectors.Functions.Triggers;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.Tests.Functions.Engines;

/// <summary>An app whose orchestrations run on one of two engines: the local host's, or Durable Task's own. What it syncs, and how it
/// ended, is asked for in the same way.</summary>
internal sealed class BothEnginesFixture : IAsyncDisposable
{
    private readonly OfficialEngine? _official;

    private BothEnginesFixture(MemoryAppFixture app, OfficialEngine? official) => (App, _official) = (app, official);

    public MemoryAppFixture App { get; }

    public DurableTaskClient Client => _official?.Client ?? App.Host.Client;

    private static CancellationToken Token => AppFixture.Token;

    /// <summary>Starts an app with the connector <c>c1</c>.</summary>
    /// <param name="isOfficial">Whether on Durable Task's own engine.</param>
    /// <param name="app">The app.</param>
    public static async Task<BothEnginesFixture> StartAsync(bool isOfficial, MemoryAppFixture app)
    {
        await app.StartAsync();
        app.AddConnector();
        return new BothEnginesFixture(app, isOfficial ? await OfficialEngine.StartAsync(app.Host.Services, Token) : null);
    }

    /// <summary>Makes a job and starts its orchestration.</summary>
    public async Task<string> StartSyncAsync()
    {
        App.Clock.Advance(TimeSpan.FromMinutes(1));
        var connector = (await App.Services.Connectors.FindAsync("c1", Token))!;
        var job = (
            await App.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        await StartAsync(SyncJobInput.Of(job));
        return job.Id;
    }

    /// <summary>Starts an orchestration, unless it runs.</summary>
    public Task<bool> StartAsync(SyncJobInput target) =>
        App.Host.Services.GetRequiredService<SyncStarter>().TryStartAsync(Client, target, Token);

    /// <summary>Syncs, and says in a line how that ended and what the index holds then.</summary>
    public async Task<string> SyncAsync() => await EndOfAsync(await StartSyncAsync());

    /// <summary>Waits for the end of an orchestration.</summary>
    public async Task<string> EndOfAsync(string jobId)
    {
        var end = _official is null
            ? await App.EndOfAsync(jobId)
            : await Client.WaitForInstanceCompletionAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: true, Token);
        var summary = end.ReadOutputAs<SyncSummary>()!;
        var counts = summary.Counts;
        var job = App.JobIds.Contains(jobId) ? App.Status(jobId) : "no job";
        var message = summary.Message is null ? string.Empty : $" ({summary.Message})";
        return $"{end.RuntimeStatus}, {summary.Status}, {job}: {counts.Read} read, {counts.Skipped} skipped, {counts.Created} added, "
            + $"{counts.Updated} updated, "
            + $"{counts.Deleted} deleted, {App.Index.Documents.Count} in the index, {App.Staging.Contents.Count} staged{message}";
    }

    public async ValueTask DisposeAsync()
    {
        await (_official?.DisposeAsync() ?? ValueTask.CompletedTask);
        await App.DisposeAsync();
    }
}
