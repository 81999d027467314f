using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>A listing of a part of a project that may be switched off: then 403 and 404 mean that nothing is there.</summary>
/// <param name="stream">The listing.</param>
/// <param name="isOff">Whether the part is switched off.</param>
internal sealed class OptionalStream(RestStream stream, Func<CancellationToken, Task<bool>> isOff) : RestStream(stream.Name)
{
    /// <inheritdoc/>
    public override bool IsOneListing => stream.IsOneListing;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(cursor, page, cancellationToken);
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

    /// <inheritdoc/>
    public override ConnectorException NeverEnds(string listing) => stream.NeverEnds(listing);
}
