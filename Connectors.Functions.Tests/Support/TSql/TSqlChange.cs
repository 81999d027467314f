using Connectors.Tests.Support.Tds;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Connectors.Tests.Support.TSql;

/// <summary>Statements by which tests make tables and rows.</summary>
internal sealed class TSqlChange(Dictionary<string, TSqlTable> tables, TimeProvider clock)
{
    private const string DefaultCollation = "Latin1_General_CI_AS";
    private static readonly Dictionary<string, TdsValue> None = [];

    /// <returns>False for a statement of another kind.</returns>
    public bool Run(TSqlStatement statement)
    {
        switch (statement)
        {
            case CreateTableStatement { SchemaObjectName.BaseIdentifier.Value: var name } create:
                var made = new TSqlTable(name);
                Add(made, create.Definition);
                tables.Add(name, made);
                return true;
            case AlterTableAddTableElementStatement add:
                Add(Find(add.SchemaObjectName), add.Definition);
                return true;
            case AlterTableDropTableElementStatement { AlterTableDropTableElements: [{ TableElementType: var kind } element] } drop
                when kind == TableElementType.Constraint && Find(drop.SchemaObjectName).KeyName == element.Name.Value:
                Find(drop.SchemaObjectName).DropKey();
                return true;
            case DropTableStatement { Objects: [var dropped] }:
                return tables.Remove(Find(dropped).Name);
            case InsertStatement { InsertSpecification: { Target: NamedTableReference into } insert }
                when insert.InsertSource is ValuesInsertSource values:
                Insert(Find(into.SchemaObject), insert.Columns, values);
                return true;
            case UpdateStatement { UpdateSpecification: { Target: NamedTableReference target, FromClause: null } update }:
                Update(Find(target.SchemaObject), update);
                return true;
            case DeleteStatement { DeleteSpecification: { Target: NamedTableReference target, FromClause: null } delete }:
                var condemned = Find(target.SchemaObject);
                var goes = Condition(condemned, delete.WhereClause);
                condemned.Replace([.. condemned.Rows.Where(row => !goes(row))]);
                return true;
            default:
                return false;
        }
    }

    private TSqlTable Find(SchemaObjectName name) =>
        tables.TryGetValue(name.BaseIdentifier.Value, out var table)
            ? table
            : throw new TSqlException(208, $"Invalid object name '{name.BaseIdentifier.Value}'.");

    private TSqlScalars Scalars(TSqlTable? table) => new(table?.Columns ?? [], table?.Name, None, clock);

    private Func<object?[], bool> Condition(TSqlTable table, WhereClause? where) =>
        where is null ? _ => true : Scalars(table).Compile(where.SearchCondition);

    private void Add(TSqlTable table, TableDefinition definition)
    {
        foreach (var column in definition.ColumnDefinitions)
        {
            var type = TSqlScalars.TypeOf(column.DataType);
            var isText = type.Name is "char" or "varchar" or "nchar" or "nvarchar" or "text" or "ntext";
            table.Columns.Add(
                new TSqlColumn(
                    column.ColumnIdentifier.Value,
                    type,
                    isText ? column.Collation?.Value ?? DefaultCollation : null,
                    column.Constraints.Any(each => each is NullableConstraintDefinition { Nullable: false }),
                    column.DefaultConstraint is { } given
                        ? TSqlValues.Convert(Scalars(null).Compile(given.Expression).Value([]), type)
                        : null
                )
            );

            // Those that are there have nothing in it.
            table.Replace([.. table.Rows.Select(row => (object?[])[.. row, null])]);
            if (column.Constraints.Any(each => each is UniqueConstraintDefinition { IsPrimaryKey: true }))
            {
                table.SetKey("pk", [column.ColumnIdentifier.Value]);
            }
        }

        foreach (var key in definition.TableConstraints.Cast<UniqueConstraintDefinition>())
        {
            table.SetKey(
                key.ConstraintIdentifier?.Value ?? "pk",
                [.. key.Columns.Select(column => column.Column.MultiPartIdentifier.Identifiers[0].Value)]
            );
        }
    }

    private void Insert(TSqlTable table, IList<ColumnReferenceExpression> columns, ValuesInsertSource values)
    {
        int[] places = columns.Count == 0
            ? [.. Enumerable.Range(0, table.Columns.Count)]
            : [.. columns.Select(column => table.Place(column.MultiPartIdentifier.Identifiers[0].Value))];
        var scalars = Scalars(null);
        var rows = table.Rows.ToList();
        foreach (var given in values.RowValues)
        {
            var row = table.Columns.Select(column => column.Default).ToArray();
            foreach (var (place, value) in places.Zip(given.ColumnValues))
            {
                row[place] = TSqlValues.Convert(scalars.Compile(value).Value([]), table.Columns[place].Type);
            }

            rows.Add(row);
        }

        table.Replace(rows);
    }

    private void Update(TSqlTable table, UpdateSpecification update)
    {
        var (scalars, hit) = (Scalars(table), Condition(table, update.WhereClause));
        var sets = update
            .SetClauses.Cast<AssignmentSetClause>()
            .Select(set =>
                (Place: table.Place(set.Column.MultiPartIdentifier.Identifiers[0].Value), New: scalars.Compile(set.NewValue))
            )
            .ToArray();
        table.Replace([.. table.Rows.Select(row => hit(row) ? Changed(row) : row)]);

        object?[] Changed(object?[] row)
        {
            object?[] changed = [.. row];
            foreach (var (place, value) in sets)
            {
                changed[place] = TSqlValues.Convert(value.Value(row), table.Columns[place].Type);
            }

            return changed;
        }
    }
}
