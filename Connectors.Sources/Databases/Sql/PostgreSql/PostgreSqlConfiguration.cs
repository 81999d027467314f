using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>The fields of a <c>postgresql</c> connector, and what was entered in them.</summary>
/// <exception cref="ConnectorException">A field is missing or wrong.</exception>
internal sealed class PostgreSqlConfiguration(SourceSettings settings) : SqlConfiguration(settings, UserField, DefaultPort)
{
    private const string UserField = "username";
    private const string SchemaField = "schema";
    private const string DefaultSchema = "public";
    private const int DefaultPort = 5432;

    public static IReadOnlyList<ConfigField> Fields { get; } =
        SqlFields.All(UserField, DefaultPort, new ConfigField(SchemaField, "Schema") { DefaultValue = DefaultSchema });

    public string Schema { get; } = settings.GetString(SchemaField).Trim() is { Length: > 0 } schema ? schema : DefaultSchema;
}
