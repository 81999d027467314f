namespace Connectors.Abstractions;

/// <summary>A page of an <see cref="IChangeFeed"/>: documents as they are now, and ids of those that are gone. Whoever received it disposes
/// it.</summary>
public sealed class ChangePage : IDisposable
{
    /// <summary>A page.</summary>
    /// <param name="upserts">New and changed documents; its token, and whether it is the last page, count for the whole.</param>
    /// <param name="deletedIds">Ids of documents that the source no longer has. No id is among the upserts as well.</param>
    /// <param name="cursor">With the last page, where the next sync begins; otherwise ignored.</param>
    /// <exception cref="ArgumentException">It is the last page and has no cursor, or an id is null or empty.</exception>
    public ChangePage(SourcePage upserts, IReadOnlyList<string> deletedIds, string? cursor = null)
    {
        ArgumentNullException.ThrowIfNull(upserts);
        ArgumentNullException.ThrowIfNull(deletedIds);
        if (upserts.IsLast && string.IsNullOrEmpty(cursor))
        {
            throw new ArgumentException("The last page of changes says where the next sync begins.", nameof(cursor));
        }

        if (deletedIds.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("An id among those that were deleted is null or empty.", nameof(deletedIds));
        }

        Upserts = upserts;
        DeletedIds = deletedIds;
        Cursor = upserts.IsLast ? cursor : null;
    }

    private ChangePage(string lostBecause)
    {
        Upserts = new SourcePageBuilder(PageLimits.Default).Build(PageToken.Start, isLast: false);
        DeletedIds = [];
        ExpiredReason = lostBecause;
    }

    /// <summary>New and changed documents.</summary>
    public SourcePage Upserts { get; }

    /// <summary>Ids of documents that are gone.</summary>
    public IReadOnlyList<string> DeletedIds { get; }

    /// <summary>Where the next sync begins; <see langword="null"/> unless this is the last page.</summary>
    public string? Cursor { get; }

    /// <summary>Why the cursor has expired and a full sync is needed; <see langword="null"/> for an ordinary page.</summary>
    public string? ExpiredReason { get; }

    /// <summary>The result of a source whose history does not reach back to the cursor.</summary>
    /// <param name="reason">Why, in a sentence.</param>
    public static ChangePage Expired(string reason) => new(reason);

    /// <summary>Gives the page's memory back.</summary>
    public void Dispose() => Upserts.Dispose();
}
