using System.Security.Cryptography.X509Certificates;
using Connectors.Sync.Configuration;
using Connectors.Sync.Sources.Sql;

namespace Connectors.Sync.Sources.PostgreSql;

/// <summary>The fields of a <c>postgresql</c> connector, and what was entered in them.</summary>
internal sealed record PostgreSqlConfiguration
{
    private const string UserField = "username";
    private const string SchemaField = "schema";
    private const int DefaultPort = 5432;

    public static IReadOnlyList<ConfigField> Fields { get; } = SqlFields.All(
        UserField, DefaultPort, new ConfigField(SchemaField, "Schema") { DefaultValue = "public" });

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string User { get; init; }

    public required Secret? Password { get; init; }

    public required string Database { get; init; }

    public required string Schema { get; init; }

    public required SqlTableChoice Tables { get; init; }

    public required bool SslEnabled { get; init; }

    /// <summary>The authorities to trust; <see langword="null"/> for those of the system.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    public required TimeSpan StatementTimeout { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static PostgreSqlConfiguration From(SourceSettings settings)
    {
        var (sslEnabled, authority) = (settings.GetBoolean(SqlFields.SslEnabled), settings.GetString(SqlFields.SslCa).Trim());
        return new PostgreSqlConfiguration
        {
            Host = settings.GetRequiredString(SqlFields.Host),
            Port = SqlFields.GetPort(settings, DefaultPort),
            User = settings.GetRequiredString(UserField),
            Password = settings.GetSecret(SqlFields.Password),
            Database = settings.GetRequiredString(SqlFields.Database),
            Schema = settings.GetString(SchemaField).Trim() is { Length: > 0 } schema ? schema : "public",
            Tables = SqlTableChoice.From(settings, SqlFields.Tables),
            SslEnabled = sslEnabled,
            Authorities = sslEnabled && authority.Length > 0 ? CertificateAuthorities.Parse(SqlFields.SslCa, authority) : null,
            StatementTimeout = SqlFields.GetTimeout(settings),
        };
    }
}
