using Connectors.Abstractions;
using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Section <c>elasticsearch</c>, without <c>bulk</c>.</summary>
internal static class ElasticsearchSettings
{
    public static ServiceSetting<IReadOnlyList<string>> Host { get; } =
        new(
            "elasticsearch.host",
            List,
            ["http://localhost:9200"],
            "Address of Elasticsearch, `http://` or `https://`, with the port. Several nodes as a list or separated by commas."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<string?> Username { get; } =
        new(
            "elasticsearch.username",
            Text,
            null,
            "User for basic authentication; needs `elasticsearch.password`. Without it and without an API key requests are sent without "
                + "credentials."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<Secret?> Password { get; } =
        new("elasticsearch.password", SecretText, null, "Password of `elasticsearch.username`.") { IsPython = true };

    public static ServiceSetting<Secret?> ApiKey { get; } =
        new(
            "elasticsearch.api_key",
            SecretText,
            null,
            "API key in its encoded form (Base64), instead of user and password. docs/security.md lists the privileges it needs."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<string?> CaCerts { get; } =
        new("elasticsearch.ca_certs", Text, null, "PEM file with the certificate authorities to trust, relative to the configuration file.")
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> VerifyCerts { get; } =
        new("elasticsearch.verify_certs", Flag, true, "Whether the server's certificate is checked. `false` only for trying things out.")
        {
            IsPython = true,
        };

    public static ServiceSetting<string?> Fingerprint { get; } =
        new(
            "elasticsearch.ssl_assert_fingerprint",
            Text,
            null,
            "SHA-256 fingerprint of the server's certificate authority, which must have signed the server's certificate, or of that "
                + "certificate itself; 64 hexadecimal digits with or without colons; Elasticsearch prints it at its first start. With "
                + "ca_certs beside it both must hold."
        );

    public static ServiceSetting<TimeSpan> RequestTimeout { get; } =
        new("elasticsearch.request_timeout", Seconds(1, 3600), TimeSpan.FromSeconds(120), "How long a request may take.")
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> RetryOnTimeout { get; } =
        new("elasticsearch.retry_on_timeout", Flag, true, "Whether a request that took too long is sent again.") { IsPython = true };

    public static ServiceSetting<int> MaxRetries { get; } =
        new(
            "elasticsearch.max_retries",
            Whole(0, 100),
            5,
            "For how long a request other than bulk is tried again when its failure may pass: this number times "
                + "`elasticsearch.retry_interval`, but at least two minutes. With 0 it is not tried again."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> RetryInterval { get; } =
        new(
            "elasticsearch.retry_interval",
            Seconds(0, 600),
            TimeSpan.FromSeconds(10),
            "The longest wait between two tries of such a request; the waits grow towards it, with jitter."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> MaxWaitDuration { get; } =
        new(
            "elasticsearch.max_wait_duration",
            Seconds(0, 86_400),
            TimeSpan.FromSeconds(120),
            "How long the service waits at its start for an Elasticsearch that does not answer yet. Commands other than `poll` wait at "
                + "most 10 s."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> InitialBackoff { get; } =
        new(
            "elasticsearch.initial_backoff_duration",
            Seconds(0.1, 600),
            TimeSpan.FromSeconds(1),
            "The first wait between two tries while waiting at the start."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<double> BackoffMultiplier { get; } =
        new("elasticsearch.backoff_multiplier", Number(1, 10), 2, "Each further wait is this much longer.") { IsPython = true };

    public static ServiceSetting<string?> Headers { get; } =
        new("elasticsearch.headers.*", Text, null, "HTTP headers sent with every request. Their values are treated as secrets.")
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> UseConnectorsApi { get; } =
        new(
            "elasticsearch.feature_use_connectors_api",
            Flag,
            true,
            "Whether the Connector API is used where Elasticsearch has one (8.12 and later), instead of the connector indices."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> SkipUnchanged { get; } =
        new(
            "elasticsearch.skip_unchanged",
            Flag,
            true,
            "Whether unchanged documents are left alone. `false` writes every document at every sync, as the Python service does."
        );

    public static ServiceSetting<double> DeleteGuardMaxPercent { get; } =
        new(
            "elasticsearch.delete_guard.max_percent",
            Number(0, 100, "percent"),
            15,
            "Largest share of an index that one sync may delete, unless `max_documents` is more. Above both nothing is deleted and the "
                + "job ends as an error that tells how to allow it once. 100 switches the guard off."
        );

    public static ServiceSetting<int> DeleteGuardMaxDocuments { get; } =
        new(
            "elasticsearch.delete_guard.max_documents",
            Whole(0, int.MaxValue, "documents"),
            20,
            "So many documents one sync may delete even where they are more than `max_percent`. A source that lists nothing at all "
                + "deletes nothing until it is allowed for that sync."
        );

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        Host,
        Username,
        Password,
        ApiKey,
        CaCerts,
        VerifyCerts,
        Fingerprint,
        RequestTimeout,
        RetryOnTimeout,
        MaxRetries,
        RetryInterval,
        MaxWaitDuration,
        InitialBackoff,
        BackoffMultiplier,
        Headers,
        UseConnectorsApi,
        SkipUnchanged,
        DeleteGuardMaxPercent,
        DeleteGuardMaxDocuments,
    ];
}
