using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>A staged page under construction: as many pages of the source as one step takes. It owns what it is given.</summary>
/// <param name="limits">The limits of a step.</param>
/// <param name="time">The clock.</param>
internal sealed class PageBuilder(StagedSyncOptions limits, TimeProvider time) : IDisposable
{
    private readonly List<PagePlan> _plans = [];
    private readonly long _start = time.GetTimestamp();
    private string? _next;

    /// <summary>Whether it is complete: it has reached its limits, or holds the last page.</summary>
    public bool IsFull =>
        _plans is [.., var last]
        && (
            last.IsLast
            || last.HasMore
            || _plans.Sum(plan => plan.Counts.Read) >= limits.MaxDocuments
            || _plans.Sum(plan => plan.Batches.Sum(batch => batch.Count)) >= limits.MaxOperations
            || _plans.Sum(plan => plan.Batches.Sum(batch => (long)batch.SizeInBytes)) >= limits.MaxBytes
            || time.GetElapsedTime(_start) >= limits.MaxReadTime
        );

    /// <summary>Pages of the source, until this is full. One that can't be read ends them when others were read: what was read stands, and
    /// the next step meets the failure again, if it lasts.</summary>
    public async IAsyncEnumerable<T> WhileNotFullAsync<T>(IAsyncEnumerable<T> pages, string part, ILogger logger)
    {
        await using var reading = pages.GetAsyncEnumerator();
        while (!IsFull)
        {
            try
            {
                if (!await reading.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (ConnectorException failure) when (failure.Kind is FailureKind.Retry && _plans.Count > 0)
            {
                SyncLog.ReadBrokenOff(logger, part, failure.Message);
                yield break;
            }

            yield return reading.Current;
        }
    }

    /// <summary>Adds a page of the source.</summary>
    /// <param name="plan">What it asks for.</param>
    /// <param name="next">The token to continue with, if it is not the next page: where the next sync begins.</param>
    public void Add(PagePlan plan, string? next = null)
    {
        _plans.Add(plan);
        _next = next ?? plan.Next.ToString();
    }

    /// <summary>Stages it: the batches first, then the page itself, so that a staged page is complete.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="opened">The plan.</param>
    /// <param name="input">The step's input.</param>
    /// <param name="before">The page before it; <see langword="null"/> for the first one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<(ReadPageResult Answer, StagedPage Page)> StageAsync(
        IStagingStore store,
        LoadedPlan opened,
        ReadPageInput input,
        StagedPage? before,
        CancellationToken cancellationToken
    )
    {
        var page = Join(input, before, out var marks);
        var name = StagedNames.NewPage(opened.Name, page.Partition, page.Number);
        var hasWork = await PutBatchesAsync(store, name, opened.Folder, cancellationToken);

        // Only now all contents were asked for.
        page = page with { Counts = CountAll() };
        await page.PutAsync(store, name, marks, cancellationToken);
        return (new ReadPageResult(name, page.IsLast, hasWork, page.Counts), page);
    }

    /// <inheritdoc/>
    public void Dispose() => _plans.ForEach(plan => plan.Dispose());

    private StagedPage Join(ReadPageInput input, StagedPage? before, out PageSeenIds marks)
    {
        marks = new PageSeenIds();
        foreach (var plan in _plans)
        {
            marks.Ordinals.AddRange(plan.PageSeen.Ordinals);
            marks.AddedKeys.AddRange(plan.PageSeen.AddedKeys);
            marks.Changed.AddRange(plan.PageSeen.Changed);
            marks.Unreadable.AddRange(plan.PageSeen.Unreadable);
        }

        return new StagedPage(
            input.Partition,
            before is null ? 0 : before.Number + 1,
            before is null ? [] : [input.After!, .. before.Trail.Take(StagedPage.MaxTrail - 1)],
            _next!,
            _plans[^1].IsLast,
            _plans.Select(plan => plan.Gap).FirstOrDefault(gap => gap is not null),
            CountAll()
        );
    }

    private SyncCounts CountAll() => _plans.Aggregate(default(SyncCounts), (counts, plan) => counts + plan.Counts);

    private async Task<bool> PutBatchesAsync(IStagingStore store, PageName page, string folder, CancellationToken cancellationToken)
    {
        if (_plans.TrueForAll(plan => plan is { Batches.Count: 0, Rejections.Total: 0, HasMore: false }))
        {
            return false;
        }

        // Only the last page may exceed memory: its parts are spooled to a file.
        using var buffer = new PooledBuffer();
        var batches = new StagedBatches.Writer(buffer, StagedNames.Batches(page));
        await using var spool = _plans[^1].HasMore ? OpenSpool(folder) : null;
        var rejections = new RejectionReport();
        foreach (var plan in _plans)
        {
            var isFirst = true;
            do
            {
                foreach (var batch in plan.Batches)
                {
                    batches.Write(batch, isAfterAll: isFirst && plan.HasRepeats);
                    isFirst = false;
                }

                if (spool is not null)
                {
                    await spool.WriteAsync(buffer.WrittenMemory, cancellationToken);
                    buffer.Clear();
                }
            } while (await plan.ComposeNextAsync(cancellationToken));

            rejections.Merge(plan.Rejections);
        }

        batches.WriteEnd(rejections);
        if (spool is null)
        {
            await using var content = buffer.OpenRead();
            await store.PutAsync(StagedNames.Batches(page), content, isText: true, cancellationToken);
        }
        else
        {
            await spool.WriteAsync(buffer.WrittenMemory, cancellationToken);
            spool.Position = 0;
            await store.PutAsync(StagedNames.Batches(page), spool, isText: true, cancellationToken);
        }

        return true;
    }

    private static FileStream OpenSpool(string folder) =>
        PrivateFiles.CreateNew(
            Path.Combine(folder, Path.GetRandomFileName()),
            256 * 1024,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            FileAccess.ReadWrite
        );
}
