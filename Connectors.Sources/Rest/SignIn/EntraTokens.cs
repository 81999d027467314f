using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Tokens of Microsoft Entra ID for one scope. The library keeps tokens in its credentials, also those that a service has refused; so each
/// token comes from a new one.
/// </summary>
internal sealed class EntraTokens : ITokenSource
{
    private readonly Func<TokenCredential> _credential;
    private readonly string[] _scopes;
    private readonly EntraApp? _app;

    private EntraTokens(Func<TokenCredential> credential, string scope, EntraApp? app) =>
        (_credential, _scopes, _app) = (credential, [scope], app);

    /// <summary>By an app's secret.</summary>
    /// <param name="http">Sends the requests: <see cref="Http.RestClient.Http"/>.</param>
    /// <param name="app">The app.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="scope">What the token is for: <c>https://graph.microsoft.com/.default</c>.</param>
    /// <exception cref="ConnectorException">The tenant can't be one.</exception>
    public static EntraTokens Secret(HttpClient http, EntraApp app, Secret secret, string scope) =>
        Make(app, scope, () =>
            new ClientSecretCredential(app.Tenant, app.ClientId, secret.Reveal(), Options<ClientSecretCredentialOptions>(http))
        );

    /// <summary>By an app's certificate and its private key, both in PEM.</summary>
    /// <param name="http">Sends the requests.</param>
    /// <param name="app">The app.</param>
    /// <param name="certificate">The certificate, which the app knows.</param>
    /// <param name="privateKey">Its private key.</param>
    /// <param name="scope">What the token is for.</param>
    /// <exception cref="ConnectorException">They are no certificate and key, or the tenant can't be one.</exception>
    public static EntraTokens Certificate(HttpClient http, EntraApp app, string certificate, Secret privateKey, string scope)
    {
        X509Certificate2 both;
        try
        {
            both = X509Certificate2.CreateFromPem(Pem.Lines(certificate), Pem.Lines(privateKey.Reveal()));
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new ConnectorException(
                "certificate, private_key: not a certificate and its private key in PEM. Enter both, with their BEGIN and END lines."
            );
        }

        return Make(app, scope, () =>
            new ClientCertificateCredential(app.Tenant, app.ClientId, both, Options<ClientCertificateCredentialOptions>(http))
        );
    }

    /// <summary>By the managed identity of the machine or app that this runs in.</summary>
    /// <param name="clientId">A user-assigned identity's; <see langword="null"/> for the system-assigned one.</param>
    /// <param name="scope">What the token is for.</param>
    public static EntraTokens ManagedIdentity(string? clientId, string scope) =>
        new(
            () =>
                new ManagedIdentityCredential(
                    clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId)
                ),
            scope,
            app: null
        );

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = await _credential().GetTokenAsync(new TokenRequestContext(_scopes), cancellationToken);
            return new AccessToken(new Abstractions.Secret(token.Token), token.ExpiresOn);
        }
        catch (AuthenticationFailedException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EntraErrors.Explain(failure, _app);
        }
    }

    private static EntraTokens Make(EntraApp app, string scope, Func<TokenCredential> make)
    {
        try
        {
            make();
            return new EntraTokens(make, scope, app);
        }
        catch (ArgumentException)
        {
            // Azure.Identity looks at nothing but the letters of the tenant here.
            throw new ConnectorException(
                $"{app.TenantField}: not a tenant. Enter the directory (tenant) id that the app registration shows, or the tenant's domain."
            );
        }
    }

    /// <summary>
    /// The authority is always Microsoft's own, so nothing has to be found out about it; retries are the caller's, with its clock.
    /// </summary>
    private static T Options<T>(HttpClient http)
        where T : TokenCredentialOptions, new()
    {
        var options = new T { Transport = new HttpClientTransport(http) };
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        switch (options)
        {
            case ClientSecretCredentialOptions secret:
                secret.DisableInstanceDiscovery = true;
                break;
            case ClientCertificateCredentialOptions certificate:
                certificate.DisableInstanceDiscovery = true;
                break;
        }

        return options;
    }
}
