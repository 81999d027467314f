using Connectors.Abstractions;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>Sends headers that the user gave, and then the sign-in. A key may be among them, so they go to the endpoint's host
/// only.</summary>
/// <param name="headers">Names and values.</param>
/// <param name="signIn">The sign-in.</param>
internal sealed class GraphQLSigner(IReadOnlyList<KeyValuePair<string, Secret>> headers, RequestSigner signIn) : RequestSigner
{
    public override ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value.Reveal());
        }

        return signIn.SignAsync(request, cancellationToken);
    }
}
