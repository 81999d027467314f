using Connectors.Abstractions;
using static Connectors.Sync.Configuration.Settings.ElasticsearchSettings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Builds and validates section <c>elasticsearch</c>.</summary>
internal static class ElasticsearchSection
{
    /// <param name="reader">The source of the settings.</param>
    /// <param name="folder">Base folder of relative paths.</param>
    /// <param name="isWhole">Whether all settings are known; if not, settings aren't checked against each other.</param>
    public static ElasticsearchOptions Read(ConfigReader reader, string folder, bool isWhole)
    {
        var options = new ElasticsearchOptions
        {
            Hosts = ReadHosts(reader),
            Username = reader.Get(Username),
            Password = reader.Get(Password),
            ApiKey = reader.Get(ApiKey),
            CaCertificatesPath = ReadCaCertificates(reader, folder),
            VerifyCertificates = reader.Get(VerifyCerts),
            CertificateFingerprint = ReadFingerprint(reader),
            RequestTimeout = reader.Get(RequestTimeout),
            RetryOnTimeout = reader.Get(RetryOnTimeout),
            MaxRetries = reader.Get(MaxRetries),
            RetryInterval = reader.Get(RetryInterval),
            MaxWaitDuration = reader.Get(MaxWaitDuration),
            InitialBackoff = reader.Get(InitialBackoff),
            BackoffMultiplier = reader.Get(BackoffMultiplier),
            Headers = ReadHeaders(reader),
            UseConnectorsApi = reader.Get(UseConnectorsApi),
        };
        if (isWhole)
        {
            CheckTogether(reader, options);
        }

        return options;
    }

    private static List<Uri> ReadHosts(ConfigReader reader)
    {
        List<Uri> hosts = [];
        var written = reader.GetList(Host);
        if (written.Count == 0)
        {
            reader.Problem(Host.Key, "an empty list. Write at least one address, for example http://localhost:9200.");
        }

        foreach (var entry in written)
        {
            if (!Uri.TryCreate(entry.Text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            {
                reader.Problem(
                    entry,
                    $"{ConfigReader.Shown(Host, entry)} is not an address. Write it with scheme and port: http://localhost:9200."
                );
            }
            else if (uri.UserInfo.Length > 0)
            {
                reader.Problem(
                    entry,
                    "the address holds a user or password. Move them to elasticsearch.username and elasticsearch.password."
                );
            }
            else
            {
                hosts.Add(uri);
            }
        }

        return hosts;
    }

    private static string? ReadCaCertificates(ConfigReader reader, string folder)
    {
        if (reader.Get(CaCerts) is not { } path)
        {
            return null;
        }

        var full = Path.GetFullPath(path, folder);
        if (!File.Exists(full))
        {
            reader.Problem(CaCerts.Key, $"the file {full} does not exist. Give the path of a PEM file.");
        }

        return full;
    }

    private static string? ReadFingerprint(ConfigReader reader)
    {
        var digits = reader.Get(Fingerprint)?.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        if (digits is null || (digits.Length == 64 && digits.All(char.IsAsciiHexDigit)))
        {
            return digits;
        }

        reader.Problem(
            Fingerprint.Key,
            $"{ConfigReader.Shown(Fingerprint, reader.Entry(Fingerprint.Key)!)} is not a SHA-256 fingerprint: 64 hexadecimal digits, "
                + "with or without colons."
        );
        return null;
    }

    private static Dictionary<string, Secret> ReadHeaders(ConfigReader reader)
    {
        var headers = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);
        const string prefix = "elasticsearch.headers";
        foreach (var entry in reader.Below(prefix).Where(entry => entry.Text is not null))
        {
            headers[entry.Key[(prefix.Length + 1)..]] = new Secret(entry.Text!);
        }

        return headers;
    }

    private static void CheckTogether(ConfigReader reader, ElasticsearchOptions options)
    {
        if (options.ApiKey is not null && (options.Username is not null || options.Password is not null))
        {
            reader.Problem(ApiKey.Key, "set together with elasticsearch.username or elasticsearch.password. Keep one way to log in.");
        }
        else if (options is { Username: not null, Password: null })
        {
            reader.Problem(Username.Key, "set without elasticsearch.password. Set both, or use elasticsearch.api_key.");
        }
        else if (options is { Username: null, Password: not null })
        {
            reader.Problem(Password.Key, "set without elasticsearch.username. Set both, or use elasticsearch.api_key.");
        }

        if (options.InitialBackoff > options.MaxWaitDuration && options.MaxWaitDuration > TimeSpan.Zero)
        {
            reader.Problem(
                InitialBackoff.Key,
                $"{InitialBackoff.Type.Format(options.InitialBackoff)} is more than elasticsearch.max_wait_duration "
                    + $"({MaxWaitDuration.Type.Format(options.MaxWaitDuration)}). Make it smaller."
            );
        }

        if (!options.VerifyCertificates)
        {
            reader.Notice(VerifyCerts.Key, "the server's certificate is not checked: anybody in between can read and change everything.");
        }
    }
}
