using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>The fields of a <c>dropbox</c> connector, under the Python service's names.</summary>
/// <param name="Path">The folder that is mirrored, as Dropbox writes it: empty for all, else <c>/docs</c>.</param>
internal sealed record DropboxConfiguration(string Path, string AppKey, Secret AppSecret, Secret RefreshToken)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("path", "Path to fetch files/folders") { Required = false, Tooltip = "A folder such as /docs; empty or / for all." },
        new("app_key", "App Key") { Sensitive = true },
        new("app_secret", "App secret") { Sensitive = true },
        new("refresh_token", "Refresh token")
        {
            Sensitive = true,
            Tooltip = "It does not end. docs/sources/dropbox.md says how to get one.",
        },
        RestFields.Retries,
        RestFields.ConcurrentDownloads with
        {
            DefaultValue = 100,
        },
        CommonFields.TextExtraction,
        AccessControl.Switch,
        CommonFields.Toggle(
            "include_inherited_users_and_groups",
            "Include groups and inherited users",
            "Ask for each file who has access through its folder as well. A request for each file."
        ) with
        {
            DependsOn = [new ConfigDependency("use_document_level_security", true)],
        },
    ];

    public bool HasAccessControl { get; init; }

    public bool WithInherited { get; init; }

    public int Retries { get; init; }

    public int RequestsAtATime { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static DropboxConfiguration From(SourceSettings settings)
    {
        var path = settings.GetString("path").Trim().TrimEnd('/');
        return new DropboxConfiguration(
            path.Length == 0 || path.StartsWith('/') ? path : $"/{path}",
            settings.GetRequiredString("app_key"),
            new Secret(settings.GetRequiredString("app_secret")),
            new Secret(settings.GetRequiredString("refresh_token"))
        )
        {
            HasAccessControl = AccessControl.IsOn(settings),
            WithInherited = settings.GetBoolean("include_inherited_users_and_groups", false),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            RequestsAtATime = RestFields.Number(settings, "concurrent_downloads", 100, 1, 100),
        };
    }
}
