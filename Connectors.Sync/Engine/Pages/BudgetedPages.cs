using System.Runtime.CompilerServices;
using Connectors.Abstractions;

namespace Connectors.Sync.Engine.Pages;

/// <summary>The pages of a partition, each read only when the budget has room for it and its batches.</summary>
/// <param name="source">The source.</param>
/// <param name="budget">The budget.</param>
/// <param name="size">How large a page is.</param>
internal sealed class BudgetedPages(SourceReader source, FlightBudget budget, PageSize size)
{
    /// <summary>Reads the pages that follow a token, as <see cref="SourceReader.ReadPagesAsync"/> does. Whoever receives a page disposes it
    /// and its share.</summary>
    public async IAsyncEnumerable<(SourcePage Page, FlightShare Share)> ReadAsync(
        SourcePartition partition,
        PageToken after,
        bool idsOnly,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var pages = source
            .ReadPagesAsync(partition, after, size.Limits, idsOnly, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var share = await budget.TakeAsync(size.Share, held: null, cancellationToken);
            if (!await NextAsync(pages, share))
            {
                yield break;
            }

            yield return (pages.Current, share);
        }
    }

    /// <summary>Reads a page; when there is none, its share is given back.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SourcePage> pages, FlightShare share)
    {
        var isThere = false;
        try
        {
            return isThere = await pages.MoveNextAsync();
        }
        finally
        {
            if (!isThere)
            {
                share.Dispose();
            }
        }
    }
}
