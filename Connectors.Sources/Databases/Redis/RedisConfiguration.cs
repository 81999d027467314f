using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Redis;

/// <summary>The fields of a <c>redis</c> connector, under the Python service's names but for <c>ssl_ca</c>, and what was entered in
/// them.</summary>
internal sealed partial record RedisConfiguration
{
    private const string HostField = "host";
    private const string PortField = "port";
    private const string UserField = "username";
    private const string PasswordField = "password";
    private const string DatabaseField = "database";
    private const string SslEnabledField = "ssl_enabled";
    private const string MutualTlsField = "mutual_tls_enabled";
    private const string CertificateField = "tls_certfile";
    private const string KeyField = "tls_keyfile";
    private const int DefaultPort = 6379;

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(HostField, "Host") { TakesNoUrl = true },
        new(PortField, "Port")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            DefaultValue = DefaultPort,
        },
        new(UserField, "Username") { Required = false },
        new(PasswordField, "Password") { Required = false, Sensitive = true },
        new(DatabaseField, "Comma-separated list of databases")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            DefaultValue = "*",
            Tooltip = "Numbers of databases, or * for all that hold keys. Not used when there are advanced sync rules, which name theirs.",
        },
        CommonFields.Toggle(SslEnabledField, "SSL/TLS Connection", "Encrypt the connection and check the server's certificate."),
        new(CertificateAuthorities.SslCa, "SSL certificate")
        {
            Required = false,
            DependsOn = [new ConfigDependency(SslEnabledField, JsonValue.Create(true))],
            Tooltip = "Certificate Authority of the server as PEM text. Leave empty for one that this system trusts.",
        },
        CommonFields.Toggle(MutualTlsField, "Mutual SSL/TLS Connection", "Show the server a certificate as well.") with
        {
            DependsOn = [new ConfigDependency(SslEnabledField, JsonValue.Create(true))],
        },
        new(CertificateField, "client certificate file for SSL/TLS")
        {
            Required = false,
            DependsOn = [new ConfigDependency(MutualTlsField, JsonValue.Create(true))],
            Tooltip = "The certificate to show, as PEM text.",
        },
        new(KeyField, "client private key file for SSL/TLS")
        {
            Required = false,
            Sensitive = true,
            DependsOn = [new ConfigDependency(MutualTlsField, JsonValue.Create(true))],
            Tooltip = "The certificate's private key, as PEM text without a password.",
        },
    ];

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string User { get; init; }

    public required Secret? Password { get; init; }

    /// <summary>Numbers of databases; <see langword="null"/> for all that hold keys.</summary>
    public required IReadOnlyList<int>? Databases { get; init; }

    public required bool SslEnabled { get; init; }

    /// <summary>The authorities to trust; <see langword="null"/> for those of the system.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate to show, if any.</summary>
    public required X509Certificate2? Certificate { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static RedisConfiguration From(SourceSettings settings)
    {
        var port = settings.GetInteger(PortField, DefaultPort);
        var (sslEnabled, authority) = (settings.GetBoolean(SslEnabledField), settings.GetString(CertificateAuthorities.SslCa).Trim());
        return new RedisConfiguration
        {
            Host = settings.GetRequiredString(HostField),
            Port = port is >= 1 and <= ushort.MaxValue
                ? (int)port
                : throw new ConnectorException($"{PortField}: {port} is out of range. Give a number from 1 to {ushort.MaxValue}."),
            User = settings.GetString(UserField).Trim(),
            Password = settings.GetSecret(PasswordField),
            Databases = ParseDatabases(settings.GetList(DatabaseField)),
            SslEnabled = sslEnabled,
            Authorities = sslEnabled && authority.Length > 0 ? CertificateAuthorities.Parse(CertificateAuthorities.SslCa, authority) : null,
            Certificate =
                sslEnabled && settings.GetBoolean(MutualTlsField)
                    ? ParseCertificate(settings.GetRequiredString(CertificateField), settings.GetRequiredString(KeyField))
                    : null,
        };
    }

    private static List<int>? ParseDatabases(IReadOnlyList<string> parts)
    {
        if (parts.Count == 0 || parts.Contains("*", StringComparer.Ordinal))
        {
            return null;
        }

        var numbers = new SortedSet<int>();
        foreach (var part in parts)
        {
            numbers.Add(
                int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new ConnectorException(
                        $"{DatabaseField}: {Redactor.Quote(part)} is no number of a database. Give numbers from 0 on, divided by commas, "
                            + "or * for all."
                    )
            );
        }

        return [.. numbers];
    }

    private static X509Certificate2 ParseCertificate(string certificate, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(Lines(certificate), Lines(key));

            // Windows takes no key for TLS that is only in memory, but one that it has imported.
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), password: null);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new ConnectorException(
                $"{CertificateField}, {KeyField}: they are not a certificate and its private key. Paste both PEM files, with their BEGIN "
                    + "and END lines; the key without a password."
            );
        }
    }

    /// <summary>PEM with the lines that Kibana's text box took out of it.</summary>
    private static string Lines(string pem) =>
        string.Join(
            '\n',
            PemBlock()
                .Matches(pem)
                .Select(match =>
                {
                    var (label, base64) = (match.Groups["label"].Value, match.Groups["base64"].Value);
                    return $"-----BEGIN {label}-----\n{string.Concat(base64.Where(character => !char.IsWhiteSpace(character)))}\n"
                        + $"-----END {label}-----";
                })
        );

    [GeneratedRegex(
        "-----BEGIN (?<label>[A-Z ]+)-----(?<base64>.*?)-----END [A-Z ]+-----",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex PemBlock();
}
