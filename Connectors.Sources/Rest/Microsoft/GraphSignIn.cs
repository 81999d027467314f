using Connectors.Abstractions;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Microsoft;

/// <summary>How an application signs in to Microsoft's services: by a secret, or by a certificate and its private key.</summary>
/// <param name="App">The application.</param>
/// <param name="Secret">Its secret; <see langword="null"/> when it has a certificate.</param>
internal sealed record GraphSignIn(EntraApp App, Secret? Secret)
{
    /// <summary>The fields of an application with a secret, with labels and tooltips.</summary>
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("client_id", "Application (client) ID") { Tooltip = "Id of the app registration in Microsoft Entra ID." },
        new("client_secret", "Client secret") { Sensitive = true, Tooltip = "The secret's value, not its id." },
        new("tenant_id", "Directory (tenant) ID") { Tooltip = "Id of the tenant that the app is registered in, or its domain." },
    ];

    /// <summary>The certificate in PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The certificate's private key in PEM.</summary>
    public Secret? PrivateKey { get; init; }

    /// <summary>By the fields of <see cref="Fields"/>.</summary>
    /// <exception cref="ConnectorException">One is empty.</exception>
    public static GraphSignIn From(SourceSettings settings, string secretField = "client_secret") =>
        new(
            new EntraApp(settings.GetRequiredString("tenant_id"), settings.GetRequiredString("client_id"), secretField),
            new Secret(settings.GetRequiredString(secretField))
        );

    /// <summary>Signs requests in with tokens for a service.</summary>
    /// <param name="http">Fetches the tokens.</param>
    /// <param name="service">The service's address: <c>https://graph.microsoft.com</c>.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ConnectorException">A field is wrong.</exception>
    public RequestSigner For(HttpClient http, string service, TimeProvider time)
    {
        var scope = $"{service}/.default";
        return RequestSigner.Tokens(
            Secret is not null
                ? EntraTokens.Secret(http, App, Secret, scope)
                : EntraTokens.Certificate(http, App, Certificate ?? string.Empty, PrivateKey!, scope),
            time
        );
    }
}
