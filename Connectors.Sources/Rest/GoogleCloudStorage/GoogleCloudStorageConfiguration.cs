using Connectors.Abstractions;
using Connectors.Sources.Rest.Google;

namespace Connectors.Sources.Rest.GoogleCloudStorage;

/// <summary>The fields of a <c>google_cloud_storage</c> connector, under the Python service's names.</summary>
internal sealed record GoogleCloudStorageConfiguration(IReadOnlyList<string> Buckets, GoogleAccount Account)
{
    public const string BucketsField = "buckets";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(BucketsField, "Google Cloud Storage buckets")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Tooltip = "Names of buckets, divided by commas; * for all of the service account's project.",
        },
        GoogleAccount.Field("Google Cloud"),
        CommonFields.TextExtraction,
    ];

    /// <summary>Whether all buckets of the project are mirrored.</summary>
    public bool AllBuckets => Buckets is ["*"];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GoogleCloudStorageConfiguration From(SourceSettings settings)
    {
        var buckets = settings.GetList(BucketsField);
        if (buckets.Count == 0)
        {
            throw new ConnectorException($"{BucketsField}: required. Name buckets, or enter * for all of the project.");
        }

        var account = GoogleAccount.From(settings);
        return account.Project.Length > 0
            ? new GoogleCloudStorageConfiguration([.. buckets.Distinct(StringComparer.Ordinal)], account)
            : throw new ConnectorException(
                $"{GoogleAccount.FieldName}: the JSON has no project_id, and the buckets belong to a project. Make a new key, and "
                    + "paste the whole file."
            );
    }
}
