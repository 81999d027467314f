using System.Security.Cryptography.X509Certificates;
using Connectors.Sync.Configuration;
using Connectors.Sync.Sources.Sql;

namespace Connectors.Sync.Sources.MySql;

/// <summary>The fields of a <c>mysql</c> connector, and what was entered in them.</summary>
internal sealed record MySqlConfiguration
{
    private const string UserField = "user";
    private const int DefaultPort = 3306;

    public static IReadOnlyList<ConfigField> Fields { get; } = SqlFields.All(UserField, DefaultPort);

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string User { get; init; }

    public required Secret? Password { get; init; }

    public required string Database { get; init; }

    public required SqlTableChoice Tables { get; init; }

    public required bool SslEnabled { get; init; }

    /// <summary>The authorities to trust; <see langword="null"/> for those of the system.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    public required TimeSpan StatementTimeout { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static MySqlConfiguration From(SourceSettings settings)
    {
        var (sslEnabled, authority) = (settings.GetBoolean(SqlFields.SslEnabled), settings.GetString(SqlFields.SslCa).Trim());
        return new MySqlConfiguration
        {
            Host = settings.GetRequiredString(SqlFields.Host),
            Port = SqlFields.GetPort(settings, DefaultPort),
            User = settings.GetRequiredString(UserField),
            Password = settings.GetSecret(SqlFields.Password),
            Database = settings.GetRequiredString(SqlFields.Database),
            Tables = SqlTableChoice.From(settings, SqlFields.Tables),
            SslEnabled = sslEnabled,
            Authorities = sslEnabled && authority.Length > 0 ? CertificateAuthorities.Parse(SqlFields.SslCa, authority) : null,
            StatementTimeout = SqlFields.GetTimeout(settings),
        };
    }
}
