using System.Runtime.CompilerServices;

namespace Connectors.Sync.Engine.Pages;

/// <summary>Pages of a source, each read only when the budget has room for it and its batches.</summary>
/// <param name="budget">The budget.</param>
/// <param name="share">How much of it a page takes while it is read.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends the waiting for the budget: nothing new is to be read.</param>
internal sealed class BudgetedPages(FlightBudget budget, long share, TimeProvider time, CancellationToken stop)
{
    /// <summary>A source that is this long at a page may hang, and must not keep the syncs of other sources from reading.</summary>
    private static readonly TimeSpan LongRead = TimeSpan.FromMinutes(1);

    /// <summary>Reads pages until there are no more, or until a stop. Whoever receives a page disposes it and its share.</summary>
    /// <param name="source">The pages; each is read when it is asked for.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    public async IAsyncEnumerable<(T Page, FlightShare Share)> ReadAsync<T>(
        IAsyncEnumerable<T> source,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var pages = source.GetAsyncEnumerator(cancellationToken);
        while (await TakeAsync(cancellationToken) is { } taken && await NextAsync(pages, taken))
        {
            yield return (pages.Current, taken);
        }
    }

    /// <summary>Waits for a share; <see langword="null"/> after a stop.</summary>
    private async ValueTask<FlightShare?> TakeAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        try
        {
            return await budget.TakeAsync(share, held: null, either.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Reads a page; when there is none, its share is given back.</summary>
    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> pages, FlightShare taken)
    {
        var isThere = false;
        try
        {
            await using (time.CreateTimer(_ => taken.Park(), null, LongRead, Timeout.InfiniteTimeSpan))
            {
                isThere = await pages.MoveNextAsync();
            }

            taken.Resume();
            return isThere;
        }
        finally
        {
            if (!isThere)
            {
                taken.Dispose();
            }
        }
    }
}
