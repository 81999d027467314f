using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>Fetches tokens; keeping them is the business of <see cref="TokenSigner"/>.</summary>
internal interface ITokenSource
{
    /// <summary>Fetches a new token. Called by one at a time.</summary>
    /// <exception cref="ConnectorException">There is none; the message says which field is wrong.</exception>
    Task<AccessToken> FetchAsync(CancellationToken cancellationToken);
}
