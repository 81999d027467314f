using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>The rows of the tables of a schema of Microsoft SQL Server or Azure SQL. Ids and field names are the Python service's. See
/// docs/sources/mssql.md for fields, privileges and conversions.</summary>
public sealed class MsSqlDataSource : SqlDataSource
{
    /// <summary>Keeps the context; connects at the first call.</summary>
    public MsSqlDataSource(SourceContext context)
        : this(context, SqlPartitions.RowsAPartition) { }

    /// <summary>For tests, which have few rows.</summary>
    internal MsSqlDataSource(SourceContext context, int rowsAPartition)
        : base(
            context,
            () => new MsSqlDialect(new MsSqlConfiguration(context.Settings), context, SqlRules.From(context.AdvancedRules)),
            rowsAPartition
        )
    { }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Microsoft SQL Server",
            ServiceType = "mssql",

            // The id says what it is.
            NameFields = [],
            Fields = MsSqlConfiguration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = rules => SqlRules.Check(rules, SqlQuoting.MsSql),
        };
}
