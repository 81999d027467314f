using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql;

/// <summary>What was entered in the fields that the databases share.</summary>
internal abstract class SqlConfiguration
{
    /// <param name="settings">The connector's values.</param>
    /// <param name="userField">The name of the field for the user.</param>
    /// <param name="defaultPort">The database's usual port.</param>
    /// <param name="hasUser">Whether a user signs in, and has to be named.</param>
    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    protected SqlConfiguration(SourceSettings settings, string userField, int defaultPort, bool hasUser = true)
    {
        var authority = settings.GetString(SqlFields.SslCa).Trim();
        Host = settings.GetRequiredString(SqlFields.Host);
        Port = SqlFields.GetPort(settings, defaultPort);
        User = hasUser ? settings.GetRequiredString(userField) : string.Empty;
        Password = settings.GetSecret(SqlFields.Password);
        Database = settings.GetRequiredString(SqlFields.Database);
        Tables = SqlTableChoice.From(settings, SqlFields.Tables);
        SslEnabled = settings.GetBoolean(SqlFields.SslEnabled);
        Authorities = SslEnabled && authority.Length > 0 ? CertificateAuthorities.Parse(SqlFields.SslCa, authority) : null;
        StatementTimeout = SqlFields.GetTimeout(settings);
        IncrementalColumn = settings.GetString(SqlFields.IncrementalColumn).Trim() is { Length: > 0 } column ? column : null;
    }

    public string Host { get; }

    public int Port { get; }

    public string User { get; }

    public Secret? Password { get; }

    public string Database { get; }

    public SqlTableChoice Tables { get; }

    public bool SslEnabled { get; }

    /// <summary>The authorities to trust; <see langword="null"/> for those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; }

    public TimeSpan StatementTimeout { get; }

    /// <summary>The column with the time of a row's last change; <see langword="null"/> when there is none.</summary>
    public string? IncrementalColumn { get; }
}
