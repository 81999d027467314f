using Connectors.Abstractions;

namespace Connectors.Sync.Engine.Pages;

/// <summary>How large pages are, and how much of the budget one takes while it is read and composed.</summary>
/// <param name="Limits">When the source ends a page.</param>
/// <param name="Share">The page and the batches that are made of it, at most.</param>
internal readonly record struct PageSize(PageLimits Limits, long Share)
{
    // A page ends with the document that fills it.
    private const int LargeDocument = 1024 * 1024;

    // Action lines and the fields that the protocol adds, of 2,000 documents.
    private const int Lines = 512 * 1024;

    // Smaller pages cost more than reading fewer partitions at the same time.
    private const int Least = 512 * 1024;

    /// <summary>Pages of which each partition can read one, while as much as another one takes is being written.</summary>
    /// <param name="budget">Bytes of the budget.</param>
    /// <param name="wanted">The size that was asked for.</param>
    /// <param name="partitions">Partitions that are read at the same time.</param>
    public static PageSize Within(long budget, PageLimits wanted, int partitions)
    {
        var room = budget / (partitions + 1);
        var bytes = (int)Math.Min(Math.Max(((room - Lines) / 2) - LargeDocument, Least), wanted.MaxBytes);
        return new PageSize(wanted with { MaxBytes = bytes }, (2L * (bytes + LargeDocument)) + Lines);
    }
}
