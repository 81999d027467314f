using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>Tokens by user name and password. Sandfly does not say when one ends: it is renewed when it is refused.</summary>
/// <param name="client">Sends requests without signing them.</param>
internal sealed class SandflyTokens(RestClient client, string user, Secret password) : ITokenSource
{
    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["username"] = user, ["password"] = password.Reveal() };
        using var answer = await client.SendAsync(RestRequest.Post("auth/login", body), cancellationToken);
        return new AccessToken(new Secret(answer.Json.RequiredText("A sign-in of Sandfly", "access_token")), ExpiresAt: null);
    }
}
