namespace Connectors.Abstractions;

/// <summary>Somebody who searches: one document of the index <c>.search-acl-filter-...</c>.</summary>
/// <param name="Id">The document's id, by which an application finds it: a login name, an account's id. Unique in the source.</param>
/// <param name="AccessControl">The values that the identity has (see <see cref="Abstractions.AccessControl"/>): its own, and those of all
/// its groups. <see cref="Abstractions.AccessControl.Everyone"/> is added by the engine.</param>
public sealed record AccessIdentity(string Id, IReadOnlyCollection<string> AccessControl)
{
    /// <summary>More about it, for an application to find it by: names, an e-mail address. Written as <c>identity</c>.</summary>
    public IReadOnlyDictionary<string, string?> Identity { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>When the account was made in the source, if it knows. Written as <c>created_at</c>.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}
