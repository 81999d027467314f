using Connectors.Abstractions;
using Connectors.Sources.Rest.Microsoft;

namespace Connectors.Sources.Rest.OneDrive;

/// <summary>The fields of a <c>onedrive</c> connector, under the Python service's names.</summary>
internal sealed record OneDriveConfiguration(GraphSignIn SignIn, bool HasAccessControl, int Retries, int RequestsAtATime)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        .. GraphSignIn.Fields,
        RestFields.Retries,
        RestFields.ConcurrentDownloads with
        {
            DefaultValue = 15,
        },
        AccessControl.Switch,
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static OneDriveConfiguration From(SourceSettings settings) =>
        new(
            GraphSignIn.From(settings),
            AccessControl.IsOn(settings),
            RestFields.Number(settings, "retry_count", 3, 0, 10),
            RestFields.Number(settings, "concurrent_downloads", 15, 1, 100)
        );
}
