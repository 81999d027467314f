using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>The fields of an <c>s3</c> connector. The first seven and the last have the Python service's names; the others are
/// ours.</summary>
internal sealed record S3Configuration
{
    private const string BucketsField = "buckets";
    private const string AccessKeyField = "aws_access_key_id";
    private const string SecretKeyField = "aws_secret_access_key";
    private const string ReadTimeoutField = "read_timeout";
    private const string ConnectTimeoutField = "connect_timeout";
    private const string MaxAttemptsField = "max_attempts";
    private const string PageSizeField = "page_size";
    private const string EndpointField = "endpoint_url";
    private const string RegionField = "region";
    private const string PathStyleField = "force_path_style";
    private const int LargestPage = 1000;

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(BucketsField, "AWS Buckets")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Tooltip = "Names of buckets, divided by commas; * for all that the account owns.",
        },
        new(AccessKeyField, "AWS Access Key Id")
        {
            Required = false,
            Tooltip = "Leave both keys empty to use the service's own identity: environment, profile, container or instance role.",
        },
        new(SecretKeyField, "AWS Secret Key") { Required = false, Sensitive = true },
        Advanced(ReadTimeoutField, "Read timeout", 90, "Seconds to wait for an answer."),
        Advanced(ConnectTimeoutField, "Connection timeout", 90, "Seconds to wait for a connection."),
        Advanced(MaxAttemptsField, "Maximum retry attempts", 5, "How often one request is made before its failure counts."),
        Advanced(PageSizeField, "Maximum size of page", LargestPage, "Objects listed by one request, at most 1000."),
        new(EndpointField, "Endpoint")
        {
            Required = false,
            Tooltip = "Address of an S3-compatible service, for example https://minio.example.com:9000. Leave empty for AWS.",
            UiRestrictions = ["advanced"],
        },
        new(RegionField, "Region")
        {
            Required = false,
            Tooltip = "Where to ask first. Each bucket's own region is found out. Empty: us-east-1.",
            UiRestrictions = ["advanced"],
        },
        CommonFields.Toggle(
            PathStyleField,
            "Path style",
            "Put the bucket into the path of the address rather than into its host name. Most S3-compatible services need it."
        ) with
        {
            UiRestrictions = ["advanced"],
        },
        CommonFields.TextExtraction,
    ];

    /// <summary>The buckets by name; empty with <see cref="AllBuckets"/>.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>Whether every bucket of the account is meant.</summary>
    public required bool AllBuckets { get; init; }

    /// <summary>The access key's id, or <see langword="null"/> for the default credentials.</summary>
    public required string? AccessKeyId { get; init; }

    public required Secret? SecretKey { get; init; }

    public required TimeSpan ReadTimeout { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    public required int MaxAttempts { get; init; }

    public required int PageSize { get; init; }

    public required Uri? Endpoint { get; init; }

    public required string Region { get; init; }

    public required bool PathStyle { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static S3Configuration From(SourceSettings settings)
    {
        var buckets = settings.GetList(BucketsField).Distinct(StringComparer.Ordinal).ToArray();
        var (keyId, secret) = (settings.GetString(AccessKeyField).Trim(), settings.GetSecret(SecretKeyField));
        if (buckets.Length == 0)
        {
            throw new ConnectorException("buckets: required, but empty. Name the buckets, or * for all.");
        }

        if (keyId.Length > 0 != secret is not null)
        {
            throw new ConnectorException(
                $"{(secret is null ? SecretKeyField : AccessKeyField)}: empty, but {(secret is null ? AccessKeyField : SecretKeyField)} "
                    + "is set. Set both, or neither to use the service's own identity."
            );
        }

        var all = buckets.Contains("*", StringComparer.Ordinal);
        return new S3Configuration
        {
            Buckets = all ? [] : buckets,
            AllBuckets = all,
            AccessKeyId = keyId.Length > 0 ? keyId : null,
            SecretKey = secret,
            ReadTimeout = TimeSpan.FromSeconds(Number(settings, ReadTimeoutField, 90, 3600)),
            ConnectTimeout = TimeSpan.FromSeconds(Number(settings, ConnectTimeoutField, 90, 3600)),
            MaxAttempts = Number(settings, MaxAttemptsField, 5, 100),
            PageSize = Math.Min(Number(settings, PageSizeField, LargestPage, int.MaxValue), LargestPage),
            Endpoint = Address(settings.GetString(EndpointField).Trim()),
            Region = settings.GetString(RegionField).Trim() is { Length: > 0 } region ? region : "us-east-1",
            PathStyle = settings.GetBoolean(PathStyleField),
        };
    }

    private static ConfigField Advanced(string name, string label, int defaultValue, string tooltip) =>
        new(name, label)
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            DefaultValue = defaultValue,
            Required = false,
            Tooltip = tooltip,
            UiRestrictions = ["advanced"],
        };

    private static int Number(SourceSettings settings, string field, int fallback, int most)
    {
        var number = settings.GetInteger(field, fallback);
        return number >= 1 && number <= most
            ? (int)number
            : throw new ConnectorException($"{field}: {number} is out of range. Give a number from 1 to {most}.");
    }

    private static Uri? Address(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        // An address with a user name in it holds a password as well, so it is not repeated.
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new ConnectorException(
                $"{EndpointField}: not an address that begins with http:// or https:// and has no user name in it."
            );
    }
}
