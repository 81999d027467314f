using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// The pages of a partition: each page names its predecessors, so a page leads to all pages that count, regardless of pages that dead steps
/// staged.
/// </summary>
internal static class PageChain
{
    private const int ReadsAtOnce = 16;

    /// <summary>Reads a page and its predecessors, back to the first page or to a known one.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="partition">Whose pages they have to be.</param>
    /// <param name="last">The page to begin with.</param>
    /// <param name="known">A page to stop before; <see langword="null"/> for none.</param>
    /// <param name="receive">Is given each page, in any order, one at a time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// The page <paramref name="last"/>, and whether <paramref name="known"/> was reached: if not, every page from the first on was
    /// received.
    /// </returns>
    /// <exception cref="ConnectorException">A page is missing.</exception>
    public static async Task<(StagedPage Last, bool MetKnown)> ReadAsync(
        IStagingStore store,
        int partition,
        PageName last,
        PageName? known,
        Action<StagedPage, PageSeenIds> receive,
        CancellationToken cancellationToken
    )
    {
        var (end, marks) = await GetAsync(store, last, partition, expected: null, cancellationToken);
        receive(end, marks);
        var (names, metKnown) = await NamesBeforeAsync(store, end, known, cancellationToken);
        using var turn = new SemaphoreSlim(1);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, names.Count), options, async (index, token) =>
        {
            var (page, itsMarks) = await GetAsync(store, names[index], partition, end.Number - 1 - index, token);
            await turn.WaitAsync(token);
            try
            {
                receive(page, itsMarks);
            }
            finally
            {
                turn.Release();
            }
        });
        return (end, metKnown);
    }

    private static async Task<(List<PageName> Names, bool MetKnown)> NamesBeforeAsync(
        IStagingStore store,
        StagedPage end,
        PageName? known,
        CancellationToken cancellationToken
    )
    {
        var names = new List<PageName>();
        var trail = end.Trail;
        while (true)
        {
            foreach (var name in trail)
            {
                if (name == known)
                {
                    return (names, true);
                }

                names.Add(name);
            }

            if (names.Count == end.Number)
            {
                return (names, false);
            }

            trail = (await GetAsync(store, names[^1], end.Partition, end.Number - names.Count, cancellationToken)).Page.Trail;
            if (trail.Count == 0)
            {
                throw StagedNames.Missing("A page");
            }
        }
    }

    private static async Task<(StagedPage Page, PageSeenIds PageSeen)> GetAsync(
        IStagingStore store,
        PageName name,
        int partition,
        int? expected,
        CancellationToken cancellationToken
    )
    {
        var (page, marks) = await StagedPage.GetAsync(store, name, cancellationToken);
        return page.Partition == partition && (expected is null || page.Number == expected)
            ? (page, marks)
            : throw new ConnectorException(
                $"Page '{name}' is not the one that was expected in partition {partition}. Nothing was deleted because of it. Start the "
                    + "sync again."
            );
    }
}
