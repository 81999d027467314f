namespace Connectors.Abstractions;

/// <summary>
/// A source of documents. Any public class that implements this, with a public constructor that takes a <see cref="SourceContext"/>,
/// can be named in <c>config.yml</c>. Simple sources derive from <see cref="EnumerableDataSource"/> instead.
/// </summary>
/// <remarks>
/// <para>One instance serves one connector for one sync, one check, or some steps of a sync in a row, and is then disposed. The constructor
/// neither connects nor reads settings: an instance made from <see cref="SourceContext.Empty"/> only has to answer
/// <see cref="Description"/>.</para>
/// <para>Errors are thrown as <see cref="ConnectorException"/>, never swallowed: an end of the documents and a failure must not look
/// alike, because what was not listed is deleted. A retry of a call whose failure has kind <see cref="FailureKind.Retry"/> is
/// made by the caller.</para>
/// <para>Threads: partitions are read in parallel, so <see cref="ReadPageAsync"/> is called concurrently for different partitions, and by
/// one reader at a time for the same one.</para>
/// </remarks>
public interface IDataSource : IAsyncDisposable
{
    /// <summary>What this source is and what it needs to be told. Constant; callable on an unconfigured instance.</summary>
    SourceDescription Description { get; }

    /// <summary>Checks that the configured backend answers and that what is configured exists in it. Cheap: seconds at most.</summary>
    /// <exception cref="ConnectorException">What is wrong, and in which field or where to mend it.</exception>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Tells whether anything may have changed since <paramref name="lastToken"/>. Answering "changed" when in doubt is always right;
    /// answering "unchanged" wrongly loses updates.
    /// </summary>
    /// <param name="lastToken">The <see cref="ChangeCheckResult.ChangeToken"/> of the last completed sync, or <see langword="null"/> before
    /// the first.</param>
    Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken);

    /// <summary>Divides the source into parts that can be read side by side. Called once per sync, before the first page.</summary>
    /// <param name="wanted">How many parts would be useful; fewer or more are fine, at least one is needed.</param>
    Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken);

    /// <summary>Reads the page of <paramref name="partition"/> that follows <paramref name="after"/>.</summary>
    /// <remarks>After a crash the same page may be asked for again, by another process: the token alone says where to begin. No id comes
    /// twice in one reading of a source; where a backend can't promise that, the last one counts. The last page of a partition, empty or
    /// not, says <see cref="SourcePage.IsLast"/>. The caller disposes the page.</remarks>
    /// <param name="partition">One of those that <see cref="PartitionAsync"/> returned.</param>
    /// <param name="after"><see cref="PageToken.Start"/>, or <see cref="SourcePage.Next"/> of the page before.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="cancellationToken">Stops the read; the page is then lost, which does no harm.</param>
    /// <exception cref="ConnectorException">Any failure; its <c>Kind</c> says whether a retry can help.</exception>
    Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken);
}

/// <summary>
/// An optional ability of a source: it tells that a call which takes long is getting on. A call is given up when it takes longer than a
/// limit; one of a source that implements this only when the number has not changed for that long.
/// </summary>
public interface IReportsProgress
{
    /// <summary>Any number that changes while the source works, a count of what it has looked at for example. Asked from any thread, and
    /// answered at once.</summary>
    long Progress { get; }
}
