using Connectors.Abstractions;

namespace Connectors.Sync.Staging;

/// <summary>
/// Where the steps of a sync exchange data that is too large for an orchestration: the snapshot, batches, seen ids. A flat space of named
/// blobs, with <c>/</c> between the parts of a name. Safe for concurrent use, also by several processes.
/// </summary>
/// <remarks>
/// A blob appears whole or not at all, and never changes: every writer uses a unique name. A step may die at any moment and leave blobs
/// behind; <see cref="DeleteAsync"/> removes them with the job.
/// </remarks>
internal interface IStagingStore
{
    /// <summary>Keeps a content, in place of one that has the name already.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Read from where it stands to its end; the caller disposes it.</param>
    /// <param name="isText">Whether it is text that may be worth compressing on its way.</param>
    /// <param name="cancellationToken">Stops the call; there is nothing under the name then, unless there was before.</param>
    /// <exception cref="ConnectorException">It could not be kept.</exception>
    Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken);

    /// <summary>Opens a content to be read once from its start; <see langword="null"/> when there is none of that name. The caller disposes
    /// the stream.</summary>
    /// <exception cref="ConnectorException">It could not be read. Reading the stream may fail with other exceptions.</exception>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Whether there is a content of that name.</summary>
    /// <exception cref="ConnectorException">The store could not be asked.</exception>
    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Creates a small blob, unless it exists: of several concurrent calls, one is the first, and its content counts.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content; nothing where its being there says all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// Whether this call was the first. It may return false when its own first response was lost and the call was repeated, but never true
    /// when another call was first.
    /// </returns>
    /// <exception cref="ConnectorException">It could not be kept.</exception>
    Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The first parts of all names, each once.</summary>
    /// <exception cref="ConnectorException">The store could not be asked.</exception>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken);

    /// <summary>Deletes every content whose name begins with <paramref name="folder"/> and a <c>/</c>.</summary>
    /// <exception cref="ConnectorException">Something could not be deleted.</exception>
    Task DeleteAsync(string folder, CancellationToken cancellationToken);
}
