using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>A listing of a part of a project that may be switched off: then 403 and 404 mean that nothing is there.</summary>
/// <param name="listing">The listing.</param>
/// <param name="isOff">Whether the part is switched off.</param>
internal sealed class OptionalStream(RestStream listing, Func<CancellationToken, Task<bool>> isOff) : RestStream(listing.Name)
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        try
        {
            return await listing.ReadAsync(cursor, page, cancellationToken);
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            if (await isOff(cancellationToken))
            {
                return null;
            }

            throw;
        }
    }
}
