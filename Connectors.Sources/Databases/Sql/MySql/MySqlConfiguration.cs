using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>The fields of a <c>mysql</c> connector, and what was entered in them.</summary>
/// <exception cref="ConnectorException">A field is missing or wrong.</exception>
internal sealed class MySqlConfiguration(SourceSettings settings) : SqlConfiguration(settings, UserField, DefaultPort)
{
    private const string UserField = "user";
    private const int DefaultPort = 3306;

    public static IReadOnlyList<ConfigField> Fields { get; } = SqlFields.All(UserField, DefaultPort);
}
