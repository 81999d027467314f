using System.Globalization;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Connectors.Tests.Support.TSql;

/// <summary>An expression over a row.</summary>
internal sealed record TSqlScalar(MsSqlType Type, string? Collation, Func<object?[], object?> Value, bool IsLiteral = false);

/// <summary>
/// Expressions and conditions over the rows of one table. Two values are compared only where the server compares them as they are: it would
/// convert one of them otherwise, and the index of its column would be of no use, or its order another one.
/// </summary>
/// <param name="columns">The row's columns.</param>
/// <param name="alias">The table's name in the statement.</param>
/// <param name="parameters">The statement's parameters.</param>
/// <param name="clock">What time it is.</param>
/// <param name="all">The rows that MIN and MAX look at.</param>
internal sealed class TSqlScalars(
    IReadOnlyList<TSqlColumn> columns,
    string? alias,
    IReadOnlyDictionary<string, TdsValue> parameters,
    TimeProvider clock,
    IReadOnlyList<object?[]>? all = null
)
{
    public TSqlScalar Compile(ScalarExpression expression)
    {
        var scalar = expression switch
        {
            ParenthesisExpression inner => Compile(inner.Expression),
            ColumnReferenceExpression { MultiPartIdentifier.Identifiers: var names } => Column([.. names.Select(name => name.Value)]),
            VariableReference variable => Parameter(variable.Name),
            ConvertCall call => Converted(call.Parameter, call.DataType, call.Style),
            UnaryExpression { UnaryExpressionType: UnaryExpressionType.Negative, Expression: Literal number } => Constant(number, "-"),
            Literal literal => Constant(literal, string.Empty),
            FunctionCall { CallTarget: null } call => Function(call),
            _ => throw TSqlException.NotKnown(expression),
        };
        return expression is PrimaryExpression { Collation: { } collation } ? scalar with { Collation = collation.Value } : scalar;
    }

    public Func<object?[], bool> Compile(BooleanExpression condition)
    {
        switch (condition)
        {
            case BooleanParenthesisExpression inner:
                return Compile(inner.Expression);
            case BooleanBinaryExpression both:
                var (first, second) = (Compile(both.FirstExpression), Compile(both.SecondExpression));
                return both.BinaryExpressionType == BooleanBinaryExpressionType.And
                    ? row => first(row) && second(row)
                    : row => first(row) || second(row);
            case BooleanIsNullExpression test:
                var tested = Compile(test.Expression).Value;
                return row => tested(row) is null != test.IsNot;
            case InPredicate { NotDefined: false, Subquery: null } list:
                var tests = list.Values.Select(value => Comparison(list.Expression, value, order => order == 0)).ToArray();
                return row => tests.Any(test => test(row));
            case BooleanComparisonExpression { ComparisonType: var type } pair:
                return Comparison(
                    pair.FirstExpression,
                    pair.SecondExpression,
                    type switch
                    {
                        BooleanComparisonType.Equals => order => order == 0,
                        BooleanComparisonType.GreaterThan => order => order > 0,
                        BooleanComparisonType.GreaterThanOrEqualTo => order => order >= 0,
                        BooleanComparisonType.LessThanOrEqualTo => order => order <= 0,
                        _ => throw TSqlException.NotKnown(condition),
                    }
                );
            default:
                throw TSqlException.NotKnown(condition);
        }
    }

    /// <summary>The type of a column or a conversion.</summary>
    public static MsSqlType TypeOf(DataTypeReference reference) =>
        reference switch
        {
            XmlDataTypeReference => new MsSqlType("xml"),
            SqlDataTypeReference { SqlDataTypeOption: var option, Parameters: var given } => WithDefaults(
                new MsSqlType(
                    option.ToString().ToLowerInvariant(),
                    Number(given.ElementAtOrDefault(0)),
                    Number(given.ElementAtOrDefault(1))
                )
            ),
            _ => throw TSqlException.NotKnown(reference),
        };

    private static MsSqlType WithDefaults(MsSqlType type) =>
        type.Name switch
        {
            "decimal" or "numeric" => type with { First = type.First ?? 18, Second = type.Second ?? 0 },
            "datetime2" or "datetimeoffset" or "time" => type with { First = type.First ?? 7 },
            "char" or "varchar" or "nchar" or "nvarchar" or "binary" or "varbinary" => type with { First = type.First ?? 1 },
            _ => type,
        };

    private static int? Number(Literal? literal) =>
        literal switch
        {
            null => null,
            MaxLiteral => -1,
            _ => int.Parse(literal.Value, CultureInfo.InvariantCulture),
        };

    private static TSqlScalar Constant(Literal literal, string sign)
    {
        var text = sign + literal.Value;
        var (type, value) = literal switch
        {
            NullLiteral => (TSqlValues.Text, (object?)null),
            StringLiteral => (TSqlValues.Text, text),
            IntegerLiteral => (new MsSqlType("int"), long.Parse(text, CultureInfo.InvariantCulture)),
            NumericLiteral => (new MsSqlType("decimal"), System.Data.SqlTypes.SqlDecimal.Parse(text)),
            RealLiteral => (new MsSqlType("float"), double.Parse(text, CultureInfo.InvariantCulture)),
            BinaryLiteral => (new MsSqlType("varbinary", 8000), Convert.FromHexString(text.AsSpan(2))),
            _ => throw TSqlException.NotKnown(literal),
        };
        return new TSqlScalar(type, null, _ => value, IsLiteral: true);
    }

    private TSqlScalar Column(string[] names)
    {
        var place = columns.ToList().FindIndex(column => column.Name == names[^1]);
        return place >= 0 && (names.Length == 1 || names[0] == alias)
            ? new TSqlScalar(columns[place].Type, columns[place].Collation, row => row[place])
            : throw new TSqlException(207, $"Invalid column name '{names[^1]}'.");
    }

    private TSqlScalar Parameter(string name) =>
        parameters.TryGetValue(name, out var parameter)
            ? new TSqlScalar(parameter.Type, null, _ => parameter.Value)
            : throw new TSqlException(137, $"Must declare the scalar variable \"{name}\".");

    private TSqlScalar Converted(ScalarExpression expression, DataTypeReference type, ScalarExpression? style)
    {
        var (from, to) = (Compile(expression), TypeOf(type));
        var number = style is null ? 0 : Number((Literal)style) ?? 0;
        return new TSqlScalar(to, from.Collation, row => TSqlValues.Convert(from.Value(row), to, number));
    }

    private TSqlScalar Function(FunctionCall call)
    {
        var name = call.FunctionName.Value.ToUpperInvariant();
        switch (name)
        {
            case "SYSUTCDATETIME":
                var now = clock.GetUtcNow().UtcDateTime;
                return new TSqlScalar(new MsSqlType("datetime2", 7), null, _ => now);
            case "MIN" or "MAX" when all is not null:
                var each = Compile(call.Parameters[0]);
                var values = all.Select(each.Value).OfType<object>().Order(Order(each.Collation)).ToList();
                var end = name == "MIN" ? values.FirstOrDefault() : values.LastOrDefault();
                return new TSqlScalar(each.Type, each.Collation, _ => end);
            default:
                throw TSqlException.NotKnown(call);
        }
    }

    private Func<object?[], bool> Comparison(ScalarExpression first, ScalarExpression second, Func<int, bool> holds)
    {
        var (one, other) = (Compile(first), Compile(second));
        if (other.IsLiteral)
        {
            var value = TSqlValues.Convert(other.Value([]), one.Type);
            other = other with { Type = one.Type, Value = _ => value };
        }

        if (!TSqlValues.AreAlike(one.Type, other.Type))
        {
            throw TSqlException.NotKnown($"{one.Type} compared with {other.Type}: one of them would be converted.");
        }

        var collation = one.Collation ?? other.Collation;
        return row => one.Value(row) is { } a && other.Value(row) is { } b && holds(TSqlValues.Compare(a, b, collation));
    }

    private static Comparer<object> Order(string? collation) =>
        Comparer<object>.Create((one, other) => TSqlValues.Compare(one, other, collation));
}
