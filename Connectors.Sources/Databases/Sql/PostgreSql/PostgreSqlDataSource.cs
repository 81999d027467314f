using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>The rows of a PostgreSQL schema's tables. Ids and field names are the Python service's. See docs/sources/postgresql.md for
/// fields, privileges and conversions.</summary>
public sealed class PostgreSqlDataSource : SqlDataSource
{
    /// <summary>Keeps the context; connects at the first call.</summary>
    public PostgreSqlDataSource(SourceContext context)
        : this(context, SqlPartitions.RowsAPartition) { }

    /// <summary>For tests, which have few rows.</summary>
    internal PostgreSqlDataSource(SourceContext context, int rowsAPartition)
        : base(
            context,
            () => new PostgreSqlDialect(new PostgreSqlConfiguration(context.Settings), SqlRules.From(context.AdvancedRules)),
            rowsAPartition
        )
    { }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "PostgreSQL",
            ServiceType = "postgresql",

            // The id says what it is.
            NameFields = [],
            Fields = PostgreSqlConfiguration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = rules => SqlRules.Check(rules, SqlQuoting.PostgreSql),
        };
}
