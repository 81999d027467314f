using Connectors.Abstractions;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.SignIn;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>The fields of a <c>microsoft_teams</c> connector, under the Python service's names.</summary>
/// <param name="SignIn">The application.</param>
/// <param name="User">The account whose chats are read; <see langword="null"/> for the chats of all users.</param>
internal sealed record TeamsConfiguration(GraphSignIn SignIn, (string Name, Secret Password)? User)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("tenant_id", "Directory (tenant) ID") { Tooltip = "Id of the tenant that the app is registered in, or its domain." },
        new("client_id", "Application (client) ID") { Tooltip = "Id of the app registration in Microsoft Entra ID." },
        new("secret_value", "Client secret") { Sensitive = true, Tooltip = "The secret's value, not its id." },
        new("username", "Username")
        {
            Required = false,
            Tooltip = "An account without a second factor whose chats and teams are read. Empty for those of all users.",
        },
        new("password", "Password")
        {
            Required = false,
            Sensitive = true,
            Tooltip = "The account's password.",
        },
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static TeamsConfiguration From(SourceSettings settings) =>
        new(
            GraphSignIn.From(settings, "secret_value"),
            settings.GetString("username").Trim() is { Length: > 0 } name
                ? (name, new Secret(settings.GetRequiredString("password")))
                : null
        );

    /// <summary>Signs in as the account, in the name of the application.</summary>
    public RequestSigner UserSigner(HttpClient http, TimeProvider time)
    {
        var (name, password) = User!.Value;
        return RequestSigner.Tokens(
            OAuthTokens.ClientCredentials(
                http,
                "Microsoft Entra ID",
                "Check username, password, tenant_id, client_id and secret_value. The account must not need a second factor; without one "
                    + "that may sign in this way, leave username empty.",
                time,
                new Uri($"https://login.microsoftonline.com/{Uri.EscapeDataString(SignIn.App.Tenant)}/oauth2/v2.0/token"),
                SignIn.App.ClientId,
                SignIn.Secret!,
                new Parameters([
                    KeyValuePair.Create("grant_type", "password"),
                    KeyValuePair.Create("username", name),
                    KeyValuePair.Create("password", password.Reveal()),
                    KeyValuePair.Create("scope", $"{Graph.Address}/.default"),
                ])
            ),
            time
        );
    }
}
