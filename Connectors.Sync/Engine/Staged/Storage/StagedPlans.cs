using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// The plans that this process has cached, each with a copy of its snapshot on local disk: fetched once, shared by concurrent steps, and
/// evicted when others are needed. Safe for concurrent use.
/// </summary>
internal sealed class StagedPlans(IStagingStore store, string stateFolder, int maxCached) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PlanName, Entry> _entries = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Lazy<ProcessFolder> _folder = new(() => ProcessFolder.Take(Path.Combine(Path.GetFullPath(stateFolder), "staged")));
    private long _uses;

    /// <summary>A new, empty folder for a snapshot that is being made.</summary>
    public string NewFolder() => _folder.Value.NewFolder();

    /// <summary>Adds a plan that this process has just made, with the folder of its snapshot.</summary>
    public void Adopt(LoadedPlan plan)
    {
        lock (_lock)
        {
            _entries[plan.Name] = new Entry(() => Task.FromResult(plan)) { LastUse = ++_uses };
        }

        Trim();
    }

    /// <summary>Opens a plan; dispose the result when the step is done.</summary>
    /// <exception cref="ConnectorException">It is missing, or the job has changed.</exception>
    public async Task<PlanLease> RentAsync(PlanName name, SyncRequest request, CancellationToken cancellationToken)
    {
        if (!name.Value.StartsWith(JobFolder.NameOf(request.JobId) + "/", StringComparison.Ordinal))
        {
            throw new ConnectorException($"Plan '{name}' is not one of job '{request.JobId}'. Start the sync again.");
        }

        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out entry))
            {
                _entries[name] = entry = new Entry(() => Task.Run(() => FetchAsync(name, _ending.Token), CancellationToken.None));
            }

            entry.Users++;
            entry.LastUse = ++_uses;
        }

        try
        {
            var plan = await entry.Plan.WaitAsync(cancellationToken);
            return plan.IsFor(request)
                ? new PlanLease(plan, request with { Kind = plan.Plan.Kind }, () => Release(name, entry))
                : throw new ConnectorException("The sync's settings were changed while it ran. Start the sync again.");
        }
        catch
        {
            Release(name, entry);
            throw;
        }
    }

    /// <summary>Evicts the plans of a job.</summary>
    public void Forget(string jobId)
    {
        lock (_lock)
        {
            foreach (
                var entry in _entries
                    .Where(pair => pair.Key.Value.StartsWith(JobFolder.NameOf(jobId) + "/", StringComparison.Ordinal))
                    .Select(pair => pair.Value)
            )
            {
                entry.LastUse = -1;
            }
        }

        Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        lock (_lock)
        {
            // What a step still uses lies in mapped memory: it goes with the step.
            foreach (var (name, entry) in _entries.Where(pair => pair.Value.Users == 0).ToList())
            {
                _entries.Remove(name);
                entry.Opened?.Dispose();
            }

            foreach (var entry in _entries.Values)
            {
                entry.LastUse = -1;
            }
        }

        if (_folder.IsValueCreated)
        {
            _folder.Value.Dispose();
        }

        _ending.Dispose();
    }

    private void Release(PlanName name, Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            if (entry is { Opened: null, Plan.IsCompleted: true } && _entries.GetValueOrDefault(name) == entry)
            {
                _entries.Remove(name);
            }
        }

        Trim();
    }

    private void Trim()
    {
        List<LoadedPlan> dropped = [];
        lock (_lock)
        {
            var idle = _entries.Where(pair => pair.Value is { Users: 0, Opened: not null }).OrderBy(pair => pair.Value.LastUse).ToList();
            foreach (var (name, entry) in idle.Where((pair, place) => pair.Value.LastUse < 0 || _entries.Count > maxCached))
            {
                _entries.Remove(name);
                dropped.Add(entry.Opened!);
            }
        }

        dropped.ForEach(plan => plan.Dispose());
    }

    private async Task<LoadedPlan> FetchAsync(PlanName name, CancellationToken cancellationToken)
    {
        var (plan, _) = await StagedBlob.GetAsync<StoredPlan>(store, StagedNames.PlanBody(name), "The plan", cancellationToken);
        if (plan.Format != StoredPlan.CurrentFormat)
        {
            throw new ConnectorException("The sync was begun by another version of this service. Start it again.");
        }

        if (!plan.IsWhole)
        {
            throw StagedNames.Missing("The plan");
        }

        var folder = NewFolder();
        if (plan.Snapshot.Count > 0)
        {
            await FetchAsync(
                StagedNames.Snapshot(name, IdSnapshotFile.EntriesName),
                Path.Combine(folder, IdSnapshotFile.EntriesName),
                cancellationToken
            );
        }

        return await StagedBlob.GuardAsync("The snapshot", () => Task.FromResult(new LoadedPlan(name, plan, folder)));
    }

    /// <summary>Copies a staged file of a snapshot to local disk.</summary>
    public async Task FetchAsync(string name, string path, CancellationToken cancellationToken)
    {
        await using var staged = await StagedBlob.OpenAsync(store, name, "The snapshot", cancellationToken);
        FileStream file;
        try
        {
            file = PrivateFiles.Create(path, 256 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw StateFolderErrors.Explain("The snapshot of the index's ids", Path.GetDirectoryName(path)!, failure);
        }

        await using (file)
        {
            await StagedBlob.GuardAsync("The snapshot", async () =>
            {
                await StagedBatches.DecodeAsync(() => staged.CopyToAsync(file, cancellationToken));
                return true;
            });
        }
    }

    private sealed class Entry
    {
        public Entry(Func<Task<LoadedPlan>> open) => Plan = OpenAsync(open);

        public Task<LoadedPlan> Plan { get; }

        /// <summary>The plan, once it is open.</summary>
        public LoadedPlan? Opened { get; private set; }

        public int Users { get; set; }

        public long LastUse { get; set; }

        private async Task<LoadedPlan> OpenAsync(Func<Task<LoadedPlan>> open) => Opened = await open();
    }
}

/// <summary>A plan that a step uses, until disposed.</summary>
internal sealed class PlanLease(LoadedPlan opened, SyncRequest request, Action release) : IDisposable
{
    private int _isReleased;

    /// <summary>The sync as it is carried out, which may be a full one where an incremental one was asked for.</summary>
    public SyncRequest Request => request;

    /// <summary>The plan.</summary>
    public LoadedPlan Opened => opened;

    /// <summary>What it says.</summary>
    public StoredPlan Plan => opened.Plan;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            release();
        }
    }
}
