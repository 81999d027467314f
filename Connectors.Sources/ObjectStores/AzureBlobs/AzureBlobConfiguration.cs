using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>The fields of an <c>azure_blob_storage</c> connector, under the Python service's names, and what was entered in them.</summary>
internal sealed record AzureBlobConfiguration
{
    private const string AccountField = "account_name";
    private const string KeyField = "account_key";
    private const string EndpointField = "blob_endpoint";
    private const string ContainersField = "containers";
    private const string RetriesField = "retry_count";
    private const int DefaultRetries = 3;
    private const int MostRetries = 20;

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(AccountField, "Azure Blob Storage account name"),
        new(KeyField, "Azure Blob Storage account key")
        {
            Required = false,
            Sensitive = true,
            Tooltip = "Leave empty to use the service's own identity: managed identity, environment or workload identity.",
        },
        new(EndpointField, "Azure Blob Storage blob endpoint")
        {
            Required = false,
            Tooltip = "Empty: https://ACCOUNT.blob.core.windows.net. Another cloud, or an emulator, has an address of its own.",
        },
        new(ContainersField, "Azure Blob Storage containers")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Tooltip = "Names of containers, divided by commas; * for all of the account.",
        },
        new(RetriesField, "Retries per request")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = DefaultRetries,
            UiRestrictions = ["advanced"],
        },
        CommonFields.TextExtraction,
    ];

    public required string Account { get; init; }

    /// <summary>The key, or <see langword="null"/> for the service's identity.</summary>
    public required Secret? Key { get; init; }

    public required Uri Endpoint { get; init; }

    /// <summary>The containers by name; empty with <see cref="AllContainers"/>.</summary>
    public required IReadOnlyList<string> Containers { get; init; }

    public required bool AllContainers { get; init; }

    /// <summary>How often a request is made again.</summary>
    public required int Retries { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static AzureBlobConfiguration From(SourceSettings settings)
    {
        var containers = settings.GetList(ContainersField).Distinct(StringComparer.Ordinal).ToArray();
        if (containers.Length == 0)
        {
            throw new ConnectorException($"{ContainersField}: required, but empty. Name the containers, or * for all.");
        }

        var retries = settings.GetInteger(RetriesField, DefaultRetries);
        if (retries is < 0 or > MostRetries)
        {
            throw new ConnectorException($"{RetriesField}: {retries} is out of range. Give a number from 0 to {MostRetries}.");
        }

        var (account, key) = (settings.GetRequiredString(AccountField), settings.GetSecret(KeyField));
        var endpoint = Address(settings.GetString(EndpointField).Trim(), account);
        if (key is null && endpoint.Scheme != Uri.UriSchemeHttps)
        {
            // A token could be read on the way, and the SDK refuses to send it.
            throw new ConnectorException(
                $"{KeyField}: empty, but an identity can be used over https only. Set the key, or give {EndpointField} an address that "
                    + "begins with https://."
            );
        }

        var all = containers.Contains("*", StringComparer.Ordinal);
        return new AzureBlobConfiguration
        {
            Account = account,
            Key =
                key is null || IsBase64(key)
                    ? key
                    : throw new ConnectorException(
                        $"{KeyField}: not an account key, which is a text in Base64. Copy it again from the account's access keys."
                    ),
            Endpoint = endpoint,
            Containers = all ? [] : containers,
            AllContainers = all,
            Retries = (int)retries,
        };
    }

    private static Uri Address(string text, string account)
    {
        // An address with a query may hold a signature, so it is not repeated.
        return
            Uri.TryCreate(text.Length == 0 ? $"https://{account}.blob.core.windows.net" : text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address.UserInfo.Length == 0
            && address.Query.Length == 0
            ? address
            : throw new ConnectorException(
                $"{(text.Length == 0 ? AccountField : EndpointField)}: is not an address. Give the account's name, and an address that "
                    + "begins with https:// and has no user name and no query, or none."
            );
    }

    private static bool IsBase64(Secret key) => Convert.TryFromBase64String(key.Reveal().Trim(), new byte[key.Reveal().Length], out _);
}
