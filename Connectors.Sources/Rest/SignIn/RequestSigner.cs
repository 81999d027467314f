using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>Puts credentials on requests. Safe for concurrent use: one serves all partitions of a sync.</summary>
internal abstract class RequestSigner
{
    /// <summary>Sends nothing.</summary>
    public static RequestSigner None { get; } = new HeaderSigner("Authorization", value: null);

    /// <summary><c>Authorization: Bearer TOKEN</c>.</summary>
    public static RequestSigner Bearer(Secret token) => new HeaderSigner("Authorization", new Secret($"Bearer {token.Reveal().Trim()}"));

    /// <summary><c>Authorization: Basic ...</c>.</summary>
    public static RequestSigner Basic(string user, Secret password)
    {
        var pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password.Reveal()}"));
        return new HeaderSigner("Authorization", new Secret($"Basic {pair}"));
    }

    /// <summary>A key in a header of its own: <c>X-Api-Key: KEY</c>.</summary>
    public static RequestSigner Header(string name, Secret key) => new HeaderSigner(name, key);

    /// <summary>Several headers, each as often as it is named.</summary>
    public static RequestSigner Headers(IReadOnlyList<(string Name, Secret Value)> headers) => new HeadersSigner(headers);

    /// <summary>A key in the query. Messages name addresses without their query, so it does not get into them.</summary>
    public static RequestSigner Query(string name, Secret key) => new QuerySigner(name, key);

    /// <summary>Tokens that end and are renewed, as <c>Authorization: SCHEME TOKEN</c>.</summary>
    public static RequestSigner Tokens(ITokenSource tokens, TimeProvider time, string scheme = "Bearer") =>
        new TokenSigner(tokens, time, scheme);

    /// <summary>Signs a request.</summary>
    /// <exception cref="ConnectorException">There is no token to be had; the message says which field is wrong.</exception>
    public abstract ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Told that a signed request was refused (401).</summary>
    /// <returns>Whether signing it anew can give another outcome.</returns>
    public virtual bool Refused(HttpRequestMessage request) => false;

    /// <summary>Fetches a token if there are any, so that wrong credentials are found by a check of their own.</summary>
    public virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
