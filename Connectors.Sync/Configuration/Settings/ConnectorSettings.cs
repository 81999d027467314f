using Connectors.Abstractions;
using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>What the service serves: <c>connectors</c>, <c>native_service_types</c>, <c>sources</c>.</summary>
internal static class ConnectorSettings
{
    public static ServiceSetting<string?> ConnectorId { get; } =
        new("connectors.#.connector_id", Text, null, "Id of a connector that this service serves.") { IsPython = true };

    public static ServiceSetting<string?> ConnectorServiceType { get; } =
        new("connectors.#.service_type", Text, null, "Its service type, one of those under `sources`.") { IsPython = true };

    public static ServiceSetting<Secret?> ConnectorApiKey { get; } =
        new(
            "connectors.#.api_key",
            SecretText,
            null,
            "API key with which its content index is read and written, instead of the one under `elasticsearch`. Where that has no "
                + "credentials, the first of these keys is used for connectors and jobs too."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<IReadOnlyList<string>> NativeServiceTypes { get; } =
        new(
            "native_service_types",
            List,
            [],
            "Serve every connector of these service types, whatever its id. When neither this nor `connectors` is set, every connector "
                + "is served whose service type is under `sources`."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> WorkerMode { get; } =
        new("service.worker_mode", Flag, false, "Whether `service.service_types` counts.") { IsPython = true };

    public static ServiceSetting<IReadOnlyList<string>> ServiceTypes { get; } =
        new(
            "service.service_types",
            List,
            [],
            "The Python service's name for `native_service_types`. Both count, this one only in worker mode."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<string?> Sources { get; } =
        new(
            "sources.*",
            Text,
            null,
            "The class behind a service type, as `Namespace.Type, Assembly`, from the app or from `service.plugins_dir`. The built-in "
                + "sources need no entry."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<string?> OldConnectorId { get; } =
        new("connector_id", Text, null, "Old form of a single entry under `connectors`.") { IsPython = true };

    public static ServiceSetting<string?> OldServiceType { get; } =
        new("service_type", Text, null, "Old form of a single entry under `connectors`.") { IsPython = true };

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        ConnectorId,
        ConnectorServiceType,
        ConnectorApiKey,
        NativeServiceTypes,
        WorkerMode,
        ServiceTypes,
        Sources,
        OldConnectorId,
        OldServiceType,
    ];
}
