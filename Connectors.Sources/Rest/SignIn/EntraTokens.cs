using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>Tokens of Microsoft Entra ID for one scope.</summary>
internal sealed class EntraTokens : ITokenSource
{
    private readonly TokenCredential _credential;
    private readonly string[] _scopes;
    private readonly string _hint;

    private EntraTokens(TokenCredential credential, string scope, string hint) =>
        (_credential, _scopes, _hint) = (credential, [scope], hint);

    /// <summary>By an app's secret.</summary>
    /// <param name="http">Sends the requests: <see cref="Http.RestClient.Http"/>.</param>
    /// <param name="tenant">Tenant id or name.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="scope">What the token is for: <c>https://graph.microsoft.com/.default</c>.</param>
    /// <param name="hint">What to check when it is refused.</param>
    public static EntraTokens Secret(HttpClient http, string tenant, string clientId, Secret secret, string scope, string hint) =>
        new(new ClientSecretCredential(tenant, clientId, secret.Reveal(), Options<ClientSecretCredentialOptions>(http)), scope, hint);

    /// <summary>By an app's certificate and its private key, both in PEM.</summary>
    /// <exception cref="ConnectorException">They are no certificate and key.</exception>
    public static EntraTokens Certificate(
        HttpClient http,
        string tenant,
        string clientId,
        string certificate,
        Secret privateKey,
        string scope,
        string hint
    )
    {
        try
        {
            var both = X509Certificate2.CreateFromPem(certificate, privateKey.Reveal());
            return new(
                new ClientCertificateCredential(tenant, clientId, both, Options<ClientCertificateCredentialOptions>(http)),
                scope,
                hint
            );
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new ConnectorException(
                "certificate, private_key: not a certificate and its private key in PEM. Enter both, with their BEGIN and END lines."
            );
        }
    }

    /// <summary>By the managed identity of the machine or app that this runs in.</summary>
    /// <param name="clientId">A user-assigned identity's; <see langword="null"/> for the system-assigned one.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="hint">What to check when it is refused.</param>
    public static EntraTokens ManagedIdentity(string? clientId, string scope, string hint) =>
        new(
            new ManagedIdentityCredential(
                clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId)
            ),
            scope,
            hint
        );

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = await _credential.GetTokenAsync(new TokenRequestContext(_scopes), cancellationToken);
            return new AccessToken(new Abstractions.Secret(token.Token), token.ExpiresOn);
        }
        catch (CredentialUnavailableException)
        {
            throw new ConnectorException(
                "There is no managed identity here. Give the machine or the app one, or sign in with a secret or a certificate."
            );
        }
        catch (AuthenticationFailedException failure) when (Find<HttpRequestException>(failure) is not null)
        {
            throw new ConnectorException(FailureKind.Retry, "Microsoft Entra ID can't be reached for a token. It is retried.");
        }
        catch (AuthenticationFailedException failure)
        {
            // The message repeats ids and correlation, never the secret; only its code is passed on, as it is what can be looked up.
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Microsoft Entra ID gives no token{Code(failure.Message)}. {_hint}",
                Http.RestErrors.Cause(System.Net.HttpStatusCode.Unauthorized)
            );
        }
    }

    private static T Options<T>(HttpClient http)
        where T : TokenCredentialOptions, new()
    {
        var options = new T { Transport = new HttpClientTransport(http) };
        options.Retry.MaxRetries = 2;
        options.Diagnostics.IsLoggingEnabled = false;
        return options;
    }

    private static string Code(string message)
    {
        var start = message.IndexOf("AADSTS", StringComparison.Ordinal);
        return start < 0 ? string.Empty : $" ({new string([.. message.AsSpan(start).ToString().TakeWhile(char.IsAsciiLetterOrDigit)])})";
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception => NetworkFailure.Find<T>(exception);
}
