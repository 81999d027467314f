using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Box;

/// <summary>The fields of a <c>box</c> connector, under the Python service's names.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="RefreshToken">Signs in as one user; <see langword="null"/> with an enterprise.</param>
/// <param name="Enterprise">The enterprise whose users are mirrored; <see langword="null"/> for one user.</param>
internal sealed record BoxConfiguration(string ClientId, Secret ClientSecret, Secret? RefreshToken, string? Enterprise)
{
    private const string Account = "is_enterprise";
    private const string OfUser = "box_free";
    private const string OfEnterprise = "box_enterprise";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(Account, "Box Account")
        {
            Display = ConfigDisplay.DropDown,
            DefaultValue = OfUser,
            Options = [new ConfigOption("Box Free Account", OfUser), new ConfigOption("Box Enterprise Account", OfEnterprise)],
            Tooltip = "The files of one user, or those of all users of an enterprise.",
        },
        new("client_id", "Client ID") { Tooltip = "The app's, from its page Configuration in Box's developer console." },
        new("client_secret", "Client Secret") { Sensitive = true },
        new(BoxRefreshTokens.Field, "Refresh Token")
        {
            Sensitive = true,
            IsReplacedByUse = true,
            DependsOn = [new ConfigDependency(Account, OfUser)],
            Tooltip = "Box takes it once, within 60 days. The service puts the next one in its place.",
        },
        new("enterprise_id", "Enterprise ID") { Type = ConfigFieldType.Integer, DependsOn = [new ConfigDependency(Account, OfEnterprise)] },
        RestFields.Retries,
        RestFields.ConcurrentDownloads with
        {
            DefaultValue = 15,
            Validations = [new ConfigValidation("less_than", 16)],
        },
        CommonFields.TextExtraction,
    ];

    public int Retries { get; init; }

    public int RequestsAtATime { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static BoxConfiguration From(SourceSettings settings)
    {
        var (id, secret) = (settings.GetRequiredString("client_id"), new Secret(settings.GetRequiredString("client_secret")));
        var configuration =
            settings.GetChoice(Account, OfUser, OfEnterprise) == OfUser
                ? new BoxConfiguration(id, secret, new Secret(settings.GetRequiredString(BoxRefreshTokens.Field)), null)
                : new BoxConfiguration(id, secret, null, EnterpriseOf(settings.GetRequiredString("enterprise_id")));
        return configuration with
        {
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            RequestsAtATime = RestFields.Number(settings, "concurrent_downloads", 15, 1, 15),
        };
    }

    private static string EnterpriseOf(string id) =>
        id.All(char.IsAsciiDigit) ? id : throw new ConnectorException("enterprise_id: not a number. Box's admin console shows it.");
}
