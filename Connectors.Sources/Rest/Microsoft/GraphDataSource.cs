using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft.Drives;

namespace Connectors.Sources.Rest.Microsoft;

/// <summary>
/// What sources that an application reads through Microsoft Graph have in common: how it signs in, what a refusal means, the tenant's
/// users, and changes that are found by their time.
/// </summary>
public abstract class GraphDataSource : RestChangesDataSource, IAccessControlSource
{
    /// <summary>Keeps the context; connects at the first call.</summary>
    private protected GraphDataSource(SourceContext context)
        : base(context) { }

    /// <summary>The application.</summary>
    private protected abstract GraphSignIn SignIn { get; }

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
        GraphUsers.IdentitiesAsync(Client, cancellationToken);

    /// <inheritdoc/>
    public override Task<ChangePage> ReadChangesAsync(
        string cursor,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => DriveChanges.ReadAsync(() => base.ReadChangesAsync(cursor, after, limits, cancellationToken));

    /// <summary>The application permission that an address needs: <c>Files.Read.All</c>.</summary>
    private protected abstract string PermissionOf(Uri address);

    /// <summary>The options with what the user may set, or what this part of Graph takes.</summary>
    private protected virtual RestClientOptions Adjust(RestClientOptions options) => options;

    private protected override RestClient CreateClient() => Graph.Create(Context, SignIn, PermissionOf, Adjust);
}
