using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Tests.Support;

/// <summary>
/// Drives the steps of staged syncs over a <see cref="MemoryIndex"/> as an orchestration would: keeps the answers, decides what comes next,
/// does a step again that may pass. A test can put its own way of doing a step between.
/// </summary>
internal sealed class StagedFixture : SyncFixture
{
    private readonly List<StagedSync> _machines = [];

    public MemoryStagingStore Memory { get; } = new();

    /// <summary>Another store than <see cref="Memory"/>.</summary>
    public IStagingStore? Store { get; init; }

    public StagedSyncOptions Limits { get; set; } =
        new()
        {
            MaxDocuments = 5,
            MaxOperations = 4,
            DeletesPerPart = 3,
        };

    public StagedFixture() => Options = Options with { DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 } };

    /// <summary>How a step is done: given the step, with the machine on which it runs as its argument. The default does it once on the
    /// first machine.</summary>
    public IStepRunner Runner { get; set; } = Once;

    /// <summary>Does a step once, on the first machine.</summary>
    public static IStepRunner Once { get; } = new OnceRunner();

    /// <summary>The machines so far; there is always one.</summary>
    public StagedSync Machine(int number = 0)
    {
        lock (_machines)
        {
            while (_machines.Count <= number)
            {
                var options = Options with { StateFolder = Path.Combine(Folder.Path, "machine-" + _machines.Count) };
                _machines.Add(
                    new StagedSync(
                        Store ?? Memory,
                        _ => Index,
                        options,
                        Limits,
                        new FastForwardTimeProvider(),
                        new Random(1),
                        NullLoggerFactory.Instance
                    )
                );
            }

            return _machines[number];
        }
    }

    /// <summary>Runs a sync from its begin to its end.</summary>
    public async Task<SyncOutcome> RunAsync(IDataSource source, string? fullBecause = null)
    {
        var begin = await DoAsync((machine, token) => machine.BeginAsync(Request, source, fullBecause, token));
        if (begin.Plan is not { } plan)
        {
            return new SyncOutcome(SyncEnd.Unchanged, default, begin.IndexedDocuments, new RejectionReport())
            {
                Cursor = begin.Cursor,
                Fallback = begin.Fallback,
            };
        }

        var partitions = await Task.WhenAll(
            Enumerable.Range(0, begin.Partitions).Select(partition => ReadPartitionAsync(source, plan, partition))
        );
        if (partitions.Select(partition => partition.Lost).FirstOrDefault(lost => lost is not null) is { } reason)
        {
            return await RunAsync(source, reason);
        }

        var counts = partitions.Aggregate(default(SyncCounts), (sum, partition) => sum + partition.Counts);
        List<ReportName> reports = [.. partitions.Select(partition => partition.Report).OfType<ReportName>()];
        if (begin.Kind == SyncKind.Incremental)
        {
            return await CompleteAsync(
                new CompleteInput(plan, reports, IsListed: false, partitions[0].LastPage, counts),
                counts,
                refusal: null
            );
        }

        var deletes = await DoAsync(
            (machine, token) =>
                machine.PlanDeletesAsync(
                    Request,
                    new PlanDeletesInput(plan, [.. partitions.Select(partition => partition.LastPage)]),
                    token
                )
        );
        if (deletes.Damaged is { } damaged)
        {
            return fullBecause == damaged ? throw new ConnectorException(damaged) : await RunAsync(source, damaged);
        }

        counts += deletes.Correction;
        ReportName? report = null;
        for (var part = 0; part < deletes.Parts; part += 2)
        {
            var input = new WriteDeletesInput(plan, deletes.Deletes!, part, Math.Min(2, deletes.Parts - part), report, counts.Rejected);
            var result = await DoAsync((machine, token) => machine.WriteDeletesAsync(Request, input, token));
            counts += result.Counts;
            report = result.Report;
        }

        var isListed = deletes.IsListed();
        return await CompleteAsync(
            new CompleteInput(plan, [.. reports, .. report is null ? Array.Empty<ReportName>() : [report]], isListed),
            counts,
            deletes.Refusal
        );
    }

    private async Task<SyncOutcome> CompleteAsync(CompleteInput input, SyncCounts counts, string? refusal)
    {
        var complete = await DoAsync((machine, token) => machine.CompleteAsync(Request, input, token));
        return new SyncOutcome(
            refusal is null ? SyncEnd.Completed : SyncEnd.Refused,
            counts,
            complete.TotalDocuments,
            complete.Rejections,
            refusal,
            complete.Preview
        )
        {
            Cursor = complete.Cursor,
            Fallback = complete.Fallback,
            Rewrite = complete.Rewrite,
        };
    }

    /// <summary>Does a step, again after a pause when it may pass.</summary>
    public async Task<T> DoAsync<T>(Func<StagedSync, CancellationToken, Task<T>> step)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await Runner.RunAsync(this, step);
            }
            catch (ConnectorException failure) when (failure.Kind is FailureKind.Retry && attempt < 100)
            {
                // Again.
            }
        }
    }

    public override void Dispose()
    {
        _machines.ForEach(machine => machine.Dispose());
        base.Dispose();
    }

    protected override Task<SyncOutcome> RunSyncAsync(IDataSource source) => RunAsync(source);

    /// <summary>Reads and writes a partition: a page is read while the one before it is written.</summary>
    private async Task<(PageName LastPage, SyncCounts Counts, ReportName? Report, string? Lost)> ReadPartitionAsync(
        IDataSource source,
        PlanName plan,
        int partition
    )
    {
        var counts = default(SyncCounts);
        PageName? after = null;
        var writing = Task.FromResult(new WriteResult(default, null));
        while (true)
        {
            var input = new ReadPageInput(plan, partition, after);
            var page = await DoAsync((machine, token) => machine.ReadPageAsync(Request, source, input, token));
            var written = await writing;
            counts += page.Counts + written.Counts;
            writing = page.HasWork
                ? DoAsync(
                    (machine, token) =>
                        machine.WritePageAsync(Request, new WritePageInput(plan, page.Page, written.Report, counts.Rejected), token)
                )
                : Task.FromResult(new WriteResult(default, written.Report));
            after = page.Page;
            if (page.IsLast || page.ExpiredReason is not null)
            {
                written = await writing;
                return (page.Page, counts + written.Counts, written.Report, page.ExpiredReason);
            }
        }
    }

    private sealed class OnceRunner : IStepRunner
    {
        public Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step) =>
            step(fixture.Machine(), Token);
    }
}

/// <summary>A way of doing a step.</summary>
internal interface IStepRunner
{
    Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step);
}

/// <summary>The steps that ask a source, given a source.</summary>
internal static class StagedSteps
{
    public static Task<BeginResult> BeginAsync(
        this StagedSync sync,
        SyncRequest request,
        IDataSource source,
        string? fullBecause,
        CancellationToken cancellationToken
    ) => sync.BeginAsync(request, sync.ReaderOf(source), fullBecause, cancellationToken);

    public static Task<ReadPageResult> ReadPageAsync(
        this StagedSync sync,
        SyncRequest request,
        IDataSource source,
        ReadPageInput input,
        CancellationToken cancellationToken
    ) => sync.ReadPageAsync(request, sync.ReaderOf(source), input, cancellationToken);
}
