using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Connectors.Cli.Init;

/// <summary>What goes into config.yml. Values are as they stand there: <c>${NAME}</c> refers to an environment variable.</summary>
internal sealed record ConfigDraft
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Address of Elasticsearch.</summary>
    public required string Host { get; init; }

    /// <summary>API key.</summary>
    public string? ApiKey { get; init; }

    /// <summary>User.</summary>
    public string? Username { get; init; }

    /// <summary>Password.</summary>
    public string? Password { get; init; }

    /// <summary>PEM file.</summary>
    public string? CaCerts { get; init; }

    /// <summary>Fingerprint of the certificate authority.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Whether the first connector's documents are files, whose text is wanted.</summary>
    public bool ReadsFiles { get; init; }

    /// <summary>Whether a secret itself stands in it, and not only the name of a variable.</summary>
    public bool HoldsSecret => (ApiKey ?? Password) is { } secret && !IsReference(secret);

    /// <summary>A text that is to stand in the file as it is.</summary>
    public static string Literal(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    /// <summary>A reference to an environment variable.</summary>
    public static string Reference(string variable) => $"${{{variable}}}";

    /// <summary>The file, with remarks on what else can be set.</summary>
    /// <param name="connectorId">The first connector, for the remark on serving only some; <see langword="null"/> for none.</param>
    /// <param name="serviceType">Its source.</param>
    public string Render(string? connectorId, string? serviceType)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line(
            "# Configuration of the connector service. Every setting: docs/configuration.md. ${NAME} and ${NAME:default} are taken from "
                + "the environment."
        );
        Line("# What is commented out shows the default. `elastic-ingest doctor` checks all of it.");
        Line();
        Line("elasticsearch:");
        Line($"  host: {Quote(Host)}");
        if (ApiKey is not null)
        {
            Line($"  api_key: {Quote(ApiKey)}");
        }
        else if (Username is not null)
        {
            Line($"  username: {Quote(Username)}");
            Line($"  password: {Quote(Password ?? "")}");
        }
        else
        {
            Line("  # Without credentials: for a cluster whose security is off.");
            Line("  # api_key: ${ELASTICSEARCH_API_KEY}");
        }

        Line(
            CaCerts is null
                ? "  # ca_certs: certs/http_ca.crt     # certificate authorities to trust, for a self-signed certificate"
                : $"  ca_certs: {Quote(CaCerts)}"
        );
        if (Fingerprint is not null)
        {
            Line($"  ssl_assert_fingerprint: {Quote(Fingerprint)}");
        }

        Line("  # skip_unchanged: true            # false writes every document at every sync");
        Line("  # delete_guard:");
        Line("  #   max_percent: 15               # a sync that would delete more of an index deletes nothing and says so");
        Line("  # bulk:");
        Line("  #   chunk_size: 500               # operations a request");
        Line("  #   max_concurrency: 5            # requests in flight");
        Line();
        Line("service:");
        Line("  state_dir: state                  # progress of running syncs: a killed sync resumes; keep it on a persistent disk");
        Line("  # idling: 30                      # seconds between two looks at connectors and jobs");
        Line("  # max_concurrent_content_syncs: 1");
        Line("  # log_level: INFO");
        Line();
        Line("# Text of PDF, Office and HTML files, by processes on this machine.");
        Line(ReadsFiles ? "local_extraction:" : "# local_extraction:");
        Line(ReadsFiles ? "  enabled: true" : "#   enabled: true");
        Line();
        Line("# Without this list every connector is served whose source is known here.");
        Line("# connectors:");
        Line($"#   - connector_id: {connectorId ?? "1OyQYpUB1v8HjhZpcv7L"}");
        Line($"#     service_type: {serviceType ?? "mongodb"}");
        Line();
        Line("# Sources of your own: service type, then Namespace.Type, Assembly.");
        Line("# sources:");
        Line("#   things: MyCompany.Things.ThingsDataSource, MyCompany.Things");
        return text.ToString();
    }

    private static bool IsReference(string value) => value.StartsWith("${", StringComparison.Ordinal) && value.EndsWith('}');

    // A JSON string is a YAML string in double quotes.
    private static string Quote(string value) => JsonSerializer.Serialize(value, Plain);
}
