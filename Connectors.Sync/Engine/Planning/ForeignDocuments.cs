namespace Connectors.Sync.Engine.Planning;

/// <summary>Whether an index holds documents that no connector wrote: nothing of it is deleted before somebody allows it.</summary>
internal static class ForeignDocuments
{
    /// <summary>Whether there are any, by what the first sync that came to the index left written in it; by the documents themselves when
    /// none has come yet.</summary>
    /// <param name="content">The gateway.</param>
    /// <param name="index">The index; one that does not exist holds nothing.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="Abstractions.ConnectorException">Elasticsearch could not be asked.</exception>
    public static async Task<bool> AreInAsync(IContentIndex content, string index, CancellationToken cancellationToken) =>
        await content.InspectAsync(index, cancellationToken) is { } state && await AreInAsync(content, index, state, cancellationToken);

    /// <summary>As the other one, of an index that was just looked at.</summary>
    public static async Task<bool> AreInAsync(
        IContentIndex content,
        string index,
        ContentIndexState state,
        CancellationToken cancellationToken
    )
    {
        if (IndexMetadata.From(state.Meta) is not { } metadata)
        {
            return await content.HoldsForeignAsync(index, cancellationToken);
        }

        if (!metadata.HoldsForeign)
        {
            return false;
        }

        // What somebody emptied since holds none any more; what was written a moment ago counts.
        await content.RefreshAsync(index, cancellationToken);
        return await content.CountAsync(index, cancellationToken) > 0;
    }
}
