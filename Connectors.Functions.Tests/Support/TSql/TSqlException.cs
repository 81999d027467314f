using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Connectors.Tests.Support.TSql;

/// <summary>What a statement is answered that fails.</summary>
/// <param name="number">As learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors lists them.</param>
/// <param name="message">What the server says.</param>
internal sealed class TSqlException(int number, string message) : Exception(message)
{
    public const int Unknown = 50_000;

    /// <summary>No T-SQL.</summary>
    public const int Syntax = 102;

    public int Number => number;

    /// <summary>A statement, or a part of one, that these tests' server does not know.</summary>
    public static TSqlException NotKnown(TSqlFragment fragment)
    {
        var tokens = fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1);
        return NotKnown($"{fragment.GetType().Name} {string.Concat(tokens.Select(token => token.Text))}");
    }

    public static TSqlException NotKnown(string what) => new(Unknown, $"The tests' server does not know this: {what}");
}
