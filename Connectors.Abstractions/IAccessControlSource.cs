namespace Connectors.Abstractions;

/// <summary>
/// An optional ability of a source: it knows who may see what. Its class implements this beside <see cref="IDataSource"/> and says so in
/// its description (<see cref="SourceDescription.HasAccessControl"/>); its documents list who may see them
/// (<see cref="AccessControl.FieldName"/>), and access control syncs keep an index of identities.
/// </summary>
/// <remarks>
/// The contract for documents is <see cref="IDataSource"/>'s. While it is switched on, a document that lists nobody is seen by nobody,
/// whatever the reason; a document for all lists <see cref="AccessControl.Everyone"/>. A change of the list reaches the index with the next
/// full sync even when the document's time stamp stays the same; so a source that answers <see cref="IDataSource.HasChangedAsync"/> with
/// "unchanged" has looked at the lists too.
/// </remarks>
public interface IAccessControlSource
{
    /// <summary>All identities, in a stable order (by id, for example), none twice.</summary>
    /// <remarks>Called at most once at a time, with no document being read from the same instance. The end of the enumeration says that
    /// there are no more: identities that did not come are deleted, and then see nothing. After a crash everything may be asked for
    /// again.</remarks>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <exception cref="ConnectorException">Any failure; then nothing is deleted.</exception>
    IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken);
}
