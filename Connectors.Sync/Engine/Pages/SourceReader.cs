using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// A source as syncs read it, in every host: each call limited and retried (<see cref="SourceCalls"/>), page by page up to the last one,
/// with the check that each page gets further.
/// </summary>
/// <param name="source">The configured source; the caller disposes it.</param>
/// <param name="calls">How it is called.</param>
internal sealed class SourceReader(IDataSource source, SourceCalls calls)
{
    private readonly Func<long>? _progress = source is IReportsProgress reporter ? () => reporter.Progress : null;

    /// <summary>What the source is.</summary>
    public SourceDescription Description => source.Description;

    /// <summary>Whether it can tell what changed.</summary>
    public bool IsChangeFeed => source is IChangeFeed;

    /// <summary>How it is called, for the contents of its documents.</summary>
    public SourceCalls Calls => calls;

    private string Class => FaultySource.NameOf(source);

    /// <summary>Checks that it answers.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It does not.</exception>
    public Task PingAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(
            "an answer",
            async token =>
            {
                await (source.PingAsync(token) ?? throw Null("a task of PingAsync"));
                return true;
            },
            cancellationToken,
            limit
        );

    /// <summary>Asks whether anything may have changed (<see cref="IDataSource.HasChangedAsync"/>).</summary>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        CallAsync("whether anything changed", token => source.HasChangedAsync(lastToken, token), cancellationToken);

    /// <summary>Divides it into partitions: at least one, each with a name of its own.</summary>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var partitions = await CallAsync(
            "its partitions",
            token => source.PartitionAsync(wanted, token),
            cancellationToken
        );
        if (partitions.Any(partition => partition?.Name is null))
        {
            throw new ConnectorException($"{Class} gave a partition that is null or has no name. This is a bug in the source.");
        }

        if (
            partitions.Count == 0
            || partitions.Select(partition => partition.Name).Distinct(StringComparer.Ordinal).Count() != partitions.Count
        )
        {
            throw new ConnectorException($"{Class} gave no partition, or two of the same name. This is a bug in the source.");
        }

        return partitions;
    }

    /// <summary>Finds where a change feed is in its history now.</summary>
    /// <exception cref="ConnectorException">The place is an empty text.</exception>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        var start = await CallAsync(
            "its place in its history",
            token => ((IChangeFeed)source).FindCursorAsync(token),
            cancellationToken
        );
        return start.Cursor is ""
            ? throw new ConnectorException(
                $"{Class} gave an empty text for its place in its history. This is a bug in the source: null, with the reason, says that "
                    + "there is none."
            )
            : start;
    }

    /// <summary>Reads the pages of a partition that follow a token, up to the last one or until <see cref="SourceCalls.Stop"/>, at which a
    /// page under way ends with the documents that it has. Whoever receives a page disposes it.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The token.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="idsOnly">Whether ids are enough: a source that can't give them alone gives whole documents.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <exception cref="ConnectorException">A page can't be read, or did not get further.</exception>
    public IAsyncEnumerable<SourcePage> ReadPagesAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        bool idsOnly,
        CancellationToken cancellationToken
    )
    {
        var stoppable = limits with { Ending = calls.Stop };
        return ReadAsync<SourcePage>(
            PartitionText.Asked(partition),
            after,
            idsOnly && source is IIdLister lister
                ? (place, token) => lister.ReadIdsAsync(partition, place, stoppable, token)
                : (place, token) => source.ReadPageAsync(partition, place, stoppable, token),
            page => (page, page.IsLast, page.Count == 0),
            cancellationToken
        );
    }

    /// <summary>Reads the pages of changes that follow a token, as <see cref="ReadPagesAsync"/> does. A page that says that the changes are
    /// lost is the last one.</summary>
    /// <param name="cursor">Where the last completed sync ended.</param>
    /// <param name="after">The token.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <exception cref="ConnectorException">A page can't be read, or did not get further.</exception>
    public IAsyncEnumerable<ChangePage> ReadChangesAsync(
        string cursor,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var stoppable = limits with { Ending = calls.Stop };
        return ReadAsync(
            "its changes",
            after,
            (place, token) => ((IChangeFeed)source).ReadChangesAsync(cursor, place, stoppable, token),
            page =>
                (
                    page.Upserts,
                    page.Upserts.IsLast || page.ExpiredReason is not null,
                    page.Upserts.Count == 0 && page.DeletedIds.Count == 0
                ),
            cancellationToken
        );
    }

    private async Task<T> CallAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken,
        TimeSpan? limit = null
    )
    {
        try
        {
            return await calls.RunAsync(
                what,
                async token => await (call(token) ?? throw Null(what)) is { } answer ? answer : throw Null(what),
                _progress,
                cancellationToken,
                limit
            );
        }
        catch (Exception failure)
            when (!cancellationToken.IsCancellationRequested
                && !calls.Stop.IsCancellationRequested
                && FaultySource.Note(source, failure)
            )
        {
            throw;
        }
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(
        string what,
        PageToken after,
        Func<PageToken, CancellationToken, Task<T>> read,
        Func<T, (SourcePage Page, bool IsLast, bool IsEmpty)> end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : class, IDisposable
    {
        var trail = new PageTrail(source, calls, what);
        while (!calls.Stop.IsCancellationRequested)
        {
            if (await ReadUnlessStoppedAsync(what, token => read(after, token), cancellationToken) is not { } page)
            {
                yield break;
            }

            // Looked at before the page is handed on, which is then no longer ours.
            var (documents, isLast, isEmpty) = end(page);
            var next = documents.Next;
            try
            {
                trail.Add(after, documents, isLast, isEmpty);
            }
            catch
            {
                page.Dispose();
                throw;
            }

            yield return page;
            if (isLast)
            {
                yield break;
            }

            after = next;
        }
    }

    private async Task<T?> ReadUnlessStoppedAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        try
        {
            return await CallAsync(what, read, cancellationToken);
        }
        catch (OperationCanceledException) when (calls.Stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static InvalidOperationException Null(string what) => new($"It gave null for {what}");
}
