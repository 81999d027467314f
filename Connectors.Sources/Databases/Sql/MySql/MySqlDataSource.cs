using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>The rows of a MySQL or MariaDB database's tables. Ids and field names are the Python service's. See docs/sources/mysql.md for
/// fields, privileges and conversions.</summary>
public sealed class MySqlDataSource : SqlDataSource
{
    /// <summary>Keeps the context; connects at the first call.</summary>
    public MySqlDataSource(SourceContext context)
        : this(context, SqlPartitions.RowsAPartition) { }

    /// <summary>For tests, which have few rows.</summary>
    internal MySqlDataSource(SourceContext context, int rowsAPartition)
        : base(
            context,
            () => new MySqlDialect(new MySqlConfiguration(context.Settings), SqlRules.From(context.AdvancedRules)),
            rowsAPartition
        )
    { }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "MySQL",
            ServiceType = "mysql",

            // The id says what it is.
            NameFields = [],
            Fields = MySqlConfiguration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = rules => SqlRules.Check(rules, SqlQuoting.MySql),
        };
}
