using Connectors.Tests.Support.Tds;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Connectors.Tests.Support.TSql;

/// <summary>Rows with the names and types of their columns.</summary>
internal sealed record TSqlRows(IReadOnlyList<TSqlColumn> Columns, IReadOnlyList<object?[]> Rows);

/// <summary>Queries: of one table, or of several queries one after the other.</summary>
/// <param name="table">Finds a table that may be read.</param>
/// <param name="parameters">The statement's parameters.</param>
/// <param name="clock">What time it is.</param>
internal sealed class TSqlQuery(
    Func<NamedTableReference, TSqlTable> table,
    IReadOnlyDictionary<string, TdsValue> parameters,
    TimeProvider clock
)
{
    public TSqlRows Run(QueryExpression query) =>
        query switch
        {
            QueryParenthesisExpression { OrderByClause: null } inner => Run(inner.QueryExpression),
            BinaryQueryExpression { BinaryQueryExpressionType: BinaryQueryExpressionType.Union, All: true, OrderByClause: null } both =>
                Joined(Run(both.FirstQueryExpression), Run(both.SecondQueryExpression)),
            QuerySpecification
            {
                UniqueRowFilter: UniqueRowFilter.NotSpecified,
                GroupByClause: null,
                HavingClause: null,
                OffsetClause: null,
                ForClause: null,
            } select => Run(select),
            _ => throw TSqlException.NotKnown(query),
        };

    private static TSqlRows Joined(TSqlRows one, TSqlRows other) => one with { Rows = [.. one.Rows, .. other.Rows] };

    private TSqlRows Run(QuerySpecification select)
    {
        var (source, alias) = From(select.FromClause);
        var rows = source.Rows.AsEnumerable();
        var scalars = Scalars();
        if (select.WhereClause is { SearchCondition: { } condition })
        {
            rows = rows.Where(scalars.Compile(condition));
        }

        if (select.OrderByClause is { } order)
        {
            rows = rows.Order(Order(order, scalars));
        }

        if (select.TopRowFilter is { Percent: false, WithTies: false } top)
        {
            rows = rows.Take((int)(long)scalars.Compile(top.Expression).Value([])!);
        }

        var all = rows.ToList();
        if (Aggregates.AreIn(select))
        {
            (scalars, all) = (Scalars(all), [[]]);
        }

        if (select.SelectElements is [SelectStarExpression { Qualifier: null }])
        {
            return source with { Rows = all };
        }

        var columns = select
            .SelectElements.Select(Expression)
            .Select(expression => (Name: NameOf(expression), Scalar: scalars.Compile(expression)))
            .ToArray();
        return new TSqlRows(
            [.. columns.Select(column => new TSqlColumn(column.Name, column.Scalar.Type, column.Scalar.Collation))],
            [.. all.Select(row => columns.Select(column => column.Scalar.Value(row)).ToArray())]
        );

        TSqlScalars Scalars(IReadOnlyList<object?[]>? group = null) => new(source.Columns, alias, parameters, clock, group);
    }

    /// <summary>The rows that a query begins with; without a table there is one, of nothing.</summary>
    private (TSqlRows Rows, string? Alias) From(FromClause? from) =>
        from?.TableReferences switch
        {
            null => (new TSqlRows([], [[]]), null),
            [NamedTableReference named] when table(named) is var found => (new TSqlRows(found.Columns, found.Rows), named.Alias?.Value),
            [QueryDerivedTable derived] => (Run(derived.QueryExpression), derived.Alias.Value),
            _ => throw TSqlException.NotKnown(from),
        };

    private static ScalarExpression Expression(SelectElement element) =>
        element is SelectScalarExpression { Expression: var expression } ? expression : throw TSqlException.NotKnown(element);

    private static string NameOf(ScalarExpression expression) =>
        expression is ColumnReferenceExpression column ? column.MultiPartIdentifier.Identifiers[^1].Value : string.Empty;

    private static Comparer<object?[]> Order(OrderByClause order, TSqlScalars scalars)
    {
        if (order.OrderByElements.Any(element => element.SortOrder == SortOrder.Descending))
        {
            throw TSqlException.NotKnown(order);
        }

        // NULL comes first.
        var keys = order.OrderByElements.Select(element => scalars.Compile(element.Expression)).ToArray();
        return Comparer<object?[]>.Create((one, other) =>
            keys.Select(key =>
                    (key.Value(one!), key.Value(other!)) switch
                    {
                        (null, null) => 0,
                        (null, _) => -1,
                        (_, null) => 1,
                        var (a, b) => TSqlValues.Compare(a, b, key.Collation),
                    }
                )
                .FirstOrDefault(place => place != 0)
        );
    }

    private sealed class Aggregates : TSqlFragmentVisitor
    {
        private bool _found;

        public static bool AreIn(QuerySpecification select)
        {
            var visitor = new Aggregates();
            foreach (var element in select.SelectElements)
            {
                element.Accept(visitor);
            }

            return visitor._found;
        }

        public override void Visit(FunctionCall node) => _found |= node.FunctionName.Value.ToUpperInvariant() is "MIN" or "MAX";
    }
}
