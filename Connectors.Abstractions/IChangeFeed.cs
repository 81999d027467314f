namespace Connectors.Abstractions;

/// <summary>
/// An optional ability of a source: it reports what changed since a position in its history, without being read as a whole. A source that
/// implements this says so in its description (<see cref="SourceDescription.HasChangeFeed"/>), and its connectors can have incremental
/// syncs.
/// </summary>
/// <remarks>
/// <para>
/// Nothing is ever deleted because a feed does not mention it. A feed that can't tell of deletions is useful all the same: what vanished
/// goes with the next full sync.
/// </para>
/// <para>
/// A change may be reported more than once, also after a later change of the same document, as long as each page holds the document's state
/// at that time or later. No change may be left out.
/// </para>
/// </remarks>
public interface IChangeFeed
{
    /// <summary>Finds the place where the source is now. Asked before the first page of a full sync is read, so that no change can fall
    /// between.</summary>
    /// <exception cref="ConnectorException">The backend could not be asked. A backend that has no history is no failure but an
    /// answer.</exception>
    Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken);

    /// <summary>Reads the page of changes that follows <paramref name="after"/>.</summary>
    /// <remarks>After a crash the same page may be asked for again, by another process. Called by one reader at a time. The feed ends, with
    /// <see cref="SourcePage.IsLast"/>, when it has told what had changed when its first page was asked for, or a little later. The caller
    /// disposes the page.</remarks>
    /// <param name="cursor">Where the last completed sync left off: a <see cref="ChangeStart.Cursor"/>, or the
    /// <see cref="ChangePage.Cursor"/> of a last page.</param>
    /// <param name="after"><see cref="PageToken.Start"/>, or <see cref="SourcePage.Next"/> of the page before.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="cancellationToken">Stops the read; the page is then lost, which does no harm.</param>
    /// <returns>The page, or <see cref="ChangePage.Expired"/> when the history does not reach back to that place.</returns>
    /// <exception cref="ConnectorException">Any other failure; its <c>Kind</c> says whether a retry can help.</exception>
    Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken);
}

/// <summary>Where a source is in its history.</summary>
/// <param name="Cursor">The place, in the source's own words and without secrets; <see langword="null"/> when this backend has no
/// history.</param>
/// <param name="Unavailable">Why it has none, in a sentence.</param>
public sealed record ChangeStart(string? Cursor, string? Unavailable = null);
