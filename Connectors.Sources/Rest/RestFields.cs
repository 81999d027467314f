using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest;

/// <summary>Fields that sources of services have in common, under the Python service's names.</summary>
internal static class RestFields
{
    /// <summary>Names of hosts that may have a private address.</summary>
    public static ConfigField AllowedHosts { get; } =
        new("allowed_hosts", "Allowed private hosts")
        {
            Type = ConfigFieldType.List,
            Required = false,
            Tooltip = "Names of hosts that may have a private, loopback or link-local address. All others are refused there.",
            UiRestrictions = ["advanced"],
            ShapesDocuments = false,
        };

    /// <summary>How often a request is sent again.</summary>
    public static ConfigField Retries { get; } =
        Count("retry_count", "Retries per request", 3, "How often a request that failed for a reason that may pass is sent again.");

    /// <summary>How many contents were fetched at a time by the Python service; kept so that a connector moves over as it is.</summary>
    public static ConfigField ConcurrentDownloads { get; } =
        Count(
            "concurrent_downloads",
            "Maximum concurrent downloads",
            10,
            "Requests at the same time to the service, by all syncs of this process together."
        );

    /// <summary>What to do with an authority's certificate, as the end of a sentence that begins with pasting it.</summary>
    public const string AuthorityHint = $"{CertificateAuthorities.SslCa}, and switch ssl_enabled on";

    /// <summary>Whether only the authority in <see cref="Authority"/> counts.</summary>
    public static ConfigField OnlyAuthority { get; } =
        CommonFields.Toggle(
            "ssl_enabled",
            "Trust only this authority",
            "Certificates are always checked. Switched on: against the authority below, in the place of the system's."
        ) with
        {
            ShapesDocuments = false,
        };

    /// <summary>The authority of a service's own certificate.</summary>
    public static ConfigField Authority { get; } =
        new(CertificateAuthorities.SslCa, "Certificate authority (PEM)")
        {
            Required = false,
            DependsOn = [new ConfigDependency(OnlyAuthority.Name, true)],
            ShapesDocuments = false,
        };

    /// <summary>The authority that these two fields name; <see langword="null"/> for those of this system.</summary>
    public static string? AuthorityFrom(SourceSettings settings) =>
        settings.GetBoolean(OnlyAuthority.Name) && settings.GetString(Authority.Name).Trim() is { Length: > 0 } pem ? pem : null;

    /// <summary>A number that advanced users may set.</summary>
    public static ConfigField Count(string name, string label, int fallback, string tooltip) =>
        new(name, label)
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = fallback,
            Tooltip = tooltip,
            UiRestrictions = ["advanced"],
            ShapesDocuments = false,
        };

    /// <summary>A number from a field.</summary>
    /// <exception cref="ConnectorException">It is out of range.</exception>
    public static int Number(SourceSettings settings, string name, int fallback, int least, int most) =>
        settings.GetInteger(name, fallback) is var number && number >= least && number <= most
            ? (int)number
            : throw new ConnectorException($"{name}: {number} is out of range. Give a number from {least} to {most}.");

    /// <summary>An address of a service from a field.</summary>
    /// <exception cref="ConnectorException">It is none. It is not repeated: with a user name in it, it holds a password as
    /// well.</exception>
    public static Uri Address(SourceSettings settings, string name) =>
        Uri.TryCreate(settings.GetRequiredString(name), UriKind.Absolute, out var address)
        && (address.Scheme is "http" or "https")
        && address.UserInfo.Length == 0
            ? address
            : throw new ConnectorException($"{name}: not an address that begins with http:// or https:// and has no user name in it.");

    /// <summary>A JSON object from a field; empty when nothing was entered.</summary>
    /// <exception cref="ConnectorException">It is none. The text may hold a secret, so nothing of it is told.</exception>
    public static JsonObject Object(SourceSettings settings, string name)
    {
        if (settings.GetString(name).Trim() is not { Length: > 0 } text)
        {
            return [];
        }

        JsonNode? node = null;
        try
        {
            node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // Told below, as what is JSON and no object.
        }

        return node as JsonObject
            ?? throw new ConnectorException($"{name}: not a JSON object. Write names in quotes, each once, with their values in braces.");
    }
}
