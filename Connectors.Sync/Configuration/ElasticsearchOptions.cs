using Connectors.Abstractions;

namespace Connectors.Sync.Configuration;

/// <summary>The connection to Elasticsearch (<c>elasticsearch</c>). The defaults are those of an empty configuration.</summary>
internal sealed record ElasticsearchOptions
{
    /// <summary>The nodes; at least one. Default <c>http://localhost:9200</c>. They contain no user or password.</summary>
    public IReadOnlyList<Uri> Hosts { get; init; } = [new Uri("http://localhost:9200")];

    /// <summary>User for basic authentication, or <see langword="null"/>. Never together with <see cref="ApiKey"/>.</summary>
    public string? Username { get; init; }

    /// <summary>The user's password; set exactly when <see cref="Username"/> is.</summary>
    public Secret? Password { get; init; }

    /// <summary>API key in its encoded form, or <see langword="null"/>.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>Full path of a PEM file with the certificate authorities to trust, or <see langword="null"/>. The file exists.</summary>
    public string? CaCertificatesPath { get; init; }

    /// <summary>Whether the server's certificate is verified. Default true.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>SHA-256 fingerprint of the certificate authority, 64 upper-case hexadecimal digits without colons, or
    /// <see langword="null"/>.</summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>How long a request may take. Default 120 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Whether a request that timed out is sent again. Default true.</summary>
    public bool RetryOnTimeout { get; init; } = true;

    /// <summary>
    /// A request other than bulk is retried for the time that this many maximum delays take, at least two minutes; 0: never. Default 5.
    /// </summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Maximum delay between two retries. Default 10 s.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait at startup for a server that does not respond. Default 120 s.</summary>
    public TimeSpan MaxWaitDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>First delay between two tries at startup. Default 1 s.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Factor from one delay to the next. Default 2.</summary>
    public double BackoffMultiplier { get; init; } = 2;

    /// <summary>How long a request is tried when somebody waits for its answer; <see langword="null"/> in the background. Not a setting:
    /// see <see cref="Interactive"/>.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Headers sent with every request, by name.</summary>
    public IReadOnlyDictionary<string, Secret> Headers { get; init; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the Connector API is used if available. Default true.</summary>
    public bool UseConnectorsApi { get; init; } = true;

    /// <summary>The same for the requests of somebody who waits for the answer, such as those of the HTTP API: tried again for two seconds
    /// at most, and not after a time-out.</summary>
    /// <param name="longest">How long one request may take, if <see cref="RequestTimeout"/> is not shorter.</param>
    public ElasticsearchOptions Interactive(TimeSpan longest) =>
        this with
        {
            Patience = TimeSpan.FromSeconds(2),
            RequestTimeout = RequestTimeout < longest ? RequestTimeout : longest,
            RetryOnTimeout = false,
        };
}
