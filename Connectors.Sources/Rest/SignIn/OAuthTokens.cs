using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Tokens by OAuth 2: client credentials (RFC 6749, 4.4) or refresh token (6). A refresh token that the answer replaces is used in place
/// of the configured one from then on, in this process.
/// </summary>
internal sealed class OAuthTokens : ITokenSource
{
    private readonly HttpMessageInvoker _http;
    private readonly Func<TokenRequest> _request;
    private readonly string _service;
    private readonly string _hint;
    private readonly TimeProvider _time;
    private readonly string? _addressField;
    private Secret? _refreshToken;

    private OAuthTokens(
        HttpMessageInvoker http,
        string service,
        string hint,
        TimeProvider time,
        Func<TokenRequest> request,
        string? addressField = null
    )
    {
        (_http, _service, _hint, _time, _request, _addressField) = (http, service, hint, time, request, addressField);
    }

    /// <summary>The refresh token that the next request uses; <see langword="null"/> when it needs none.</summary>
    public Secret? RefreshToken => _refreshToken;

    /// <summary>By client credentials.</summary>
    /// <param name="http">Sends the request: <see cref="RestClient.Http"/>.</param>
    /// <param name="service">The service as messages name it.</param>
    /// <param name="hint">What to check when it is refused: <c>Check client_id and client_secret.</c></param>
    /// <param name="time">The clock.</param>
    /// <param name="endpoint">The token endpoint.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="clientSecret">Its secret.</param>
    /// <param name="parameters">Further parameters: <c>scope</c>, <c>resource</c>, <c>grant_type</c> of a vendor's own.</param>
    /// <param name="style">Where the secret goes.</param>
    /// <param name="addressField">The field that names the endpoint's host; <see langword="null"/> where none does.</param>
    public static OAuthTokens ClientCredentials(
        HttpMessageInvoker http,
        string service,
        string hint,
        TimeProvider time,
        Uri endpoint,
        string clientId,
        Secret clientSecret,
        Parameters? parameters = null,
        ClientCredentialStyle style = ClientCredentialStyle.PostBody,
        string? addressField = null
    ) =>
        new(
            http,
            service,
            hint,
            time,
            () => new ClientCredentialsTokenRequest
            {
                Address = endpoint.AbsoluteUri,
                ClientId = clientId,
                ClientSecret = clientSecret.Reveal(),
                ClientCredentialStyle = style,
                GrantType = parameters?.GetValues("grant_type").FirstOrDefault() ?? "client_credentials",
                Parameters = Without(parameters, "grant_type"),
            },
            addressField
        );

    /// <summary>By a refresh token.</summary>
    public static OAuthTokens Refresh(
        HttpMessageInvoker http,
        string service,
        string hint,
        TimeProvider time,
        Uri endpoint,
        string clientId,
        Secret clientSecret,
        Secret refreshToken
    )
    {
        OAuthTokens tokens = null!;
        tokens = new OAuthTokens(http, service, hint, time, () => new RefreshTokenRequest
        {
            Address = endpoint.AbsoluteUri,
            ClientId = clientId,
            ClientSecret = clientSecret.Reveal(),
            ClientCredentialStyle = ClientCredentialStyle.PostBody,
            GrantType = "refresh_token",
            RefreshToken = tokens._refreshToken!.Reveal(),
        })
        { _refreshToken = refreshToken };
        return tokens;
    }

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        using var request = _request();
        var answer = request switch
        {
            ClientCredentialsTokenRequest credentials => await _http.RequestClientCredentialsTokenAsync(credentials, cancellationToken),
            RefreshTokenRequest refresh => await _http.RequestRefreshTokenAsync(refresh, cancellationToken),
            _ => await _http.RequestTokenAsync(request, cancellationToken),
        };

        // The library fails over JSON that is no object.
        if (answer is { Json.ValueKind: JsonValueKind.Object, IsError: false, AccessToken: { Length: > 0 } token })
        {
            _refreshToken = Secret.FromNullable(answer.RefreshToken) ?? _refreshToken;
            return new AccessToken(new Secret(token), answer.ExpiresIn > 0 ? _time.GetUtcNow().AddSeconds(answer.ExpiresIn) : null);
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw OAuthErrors.Explain(_service, new Uri(request.Address!), _addressField, _hint, answer);
    }

    private static Parameters Without(Parameters? parameters, string name) =>
        parameters is null ? [] : new Parameters(parameters.Where(parameter => parameter.Key != name));
}
