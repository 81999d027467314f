using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>A product of Atlassian, and the fields by which a user signs in to it, under the Python service's names.</summary>
/// <param name="Name">Its name: <c>Jira</c>.</param>
/// <param name="Type">The service type: <c>jira</c>.</param>
/// <param name="MostDownloads">The largest value of <c>concurrent_downloads</c>, and its default.</param>
internal sealed record AtlassianProduct(string Name, string Type, int MostDownloads)
{
    /// <summary>The field that names the address.</summary>
    public string UrlField => $"{Type}_url";

    /// <summary>What a user has to give the account.</summary>
    public required string PermissionHint { get; init; }

    /// <summary>What stands in the field <c>data_source</c> when a connector is made.</summary>
    public required AtlassianEdition Initial { get; init; }

    /// <summary>The value of <c>data_source</c> for an edition.</summary>
    public string ValueOf(AtlassianEdition edition) =>
        edition switch
        {
            AtlassianEdition.Cloud => $"{Type}_cloud",
            AtlassianEdition.Server => $"{Type}_server",
            _ => $"{Type}_data_center",
        };

    /// <summary>The fields of signing in, the given ones, and those of every product.</summary>
    public IReadOnlyList<ConfigField> FieldsAround(params ConfigField[] own) =>
        [
            new("data_source", $"{Name} edition")
            {
                Display = ConfigDisplay.DropDown,
                InitialValue = ValueOf(Initial),
                Options =
                [
                    new ConfigOption($"{Name} Cloud", ValueOf(AtlassianEdition.Cloud)),
                    new ConfigOption($"{Name} Server", ValueOf(AtlassianEdition.Server)),
                    new ConfigOption($"{Name} Data Center", ValueOf(AtlassianEdition.DataCenter)),
                ],
            },
            new("username", "Username (Server)") { DependsOn = [Only(AtlassianEdition.Server)] },
            new("password", "Password (Server)") { DependsOn = [Only(AtlassianEdition.Server)], Sensitive = true },
            new("data_center_auth_method", "Sign-in (Data Center)")
            {
                Display = ConfigDisplay.DropDown,
                InitialValue = AtlassianConfiguration.BasicMethod,
                Options =
                [
                    new ConfigOption("Username and password", AtlassianConfiguration.BasicMethod),
                    new ConfigOption("Personal access token", AtlassianConfiguration.TokenMethod),
                ],
                DependsOn = [Only(AtlassianEdition.DataCenter)],
            },
            new("data_center_username", "Username (Data Center)") { DependsOn = [.. DataCenter(AtlassianConfiguration.BasicMethod)] },
            new("data_center_password", "Password (Data Center)")
            {
                DependsOn = [.. DataCenter(AtlassianConfiguration.BasicMethod)],
                Sensitive = true,
            },
            new("data_center_personal_access_token", "Personal access token (Data Center)")
            {
                DependsOn = [.. DataCenter(AtlassianConfiguration.TokenMethod)],
                Sensitive = true,
            },
            new("account_email", "Account email (Cloud)")
            {
                DependsOn = [Only(AtlassianEdition.Cloud)],
                Tooltip = "The address of the account that the API token belongs to.",
            },
            new("api_token", "API token (Cloud)")
            {
                DependsOn = [Only(AtlassianEdition.Cloud)],
                Sensitive = true,
                Tooltip = "Made by the account itself, at id.atlassian.com under Security.",
            },
            new(UrlField, $"{Name} address") { Tooltip = "Cloud: https://example.atlassian.net. Otherwise the base URL of the server." },
            .. own,
            RestFields.OnlyAuthority,
            RestFields.Authority,
            RestFields.Retries,
            RestFields.ConcurrentDownloads with
            {
                DefaultValue = MostDownloads,
                Validations = [new ConfigValidation("less_than", MostDownloads + 1)],
            },
            RestFields.AllowedHosts,
            CommonFields.TextExtraction,
            AccessControl.Switch,
        ];

    private ConfigDependency Only(AtlassianEdition edition) => new("data_source", ValueOf(edition));

    private IEnumerable<ConfigDependency> DataCenter(string method) =>
        [Only(AtlassianEdition.DataCenter), new ConfigDependency("data_center_auth_method", method)];
}
