using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql.Tds;
using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>Words what SQL Server, Azure SQL and the driver say. The driver's exceptions are not passed on.</summary>
internal sealed class MsSqlErrors(MsSqlConfiguration configuration)
{
    public const int NoSuchColumn = 207;
    public const int NoSuchTable = 208;
    public const int NoRight = 229;
    public const int NoRightToColumn = 230;

    /// <summary>The driver's own number for a statement that took longer than it may.</summary>
    private const int TimedOut = -2;

    private const int LockTimedOut = 1222;

    /// <summary>Classes of errors that lie in the statement, or in the user's rights to what it names.</summary>
    private const byte FirstOfStatement = 14,
        LastOfStatement = 16;

    /// <summary>From this class on the server ends the connection.</summary>
    private const byte EndsConnection = 20;

    public string DisplayName { get; } = $"SQL Server database '{configuration.Database}'";

    private string Server => $"SQL Server {configuration.Host}:{configuration.Port}";

    private string Who => configuration.Entra is null ? $"user '{configuration.User}'" : "the app or identity";

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>read the table 'orders'</c>.</param>
    /// <param name="failure">What came of it.</param>
    public ConnectorException Explain(string doing, Exception failure)
    {
        if (failure is TdsException odd)
        {
            return new ConnectorException($"{Server}: {odd.Message}");
        }

        if (NetworkFailure.Find<SqlException>(failure) is { } answer && FromServer(doing, answer) is { } said)
        {
            return said;
        }

        return NetworkFailure.Explain(Server, failure)
            ?? (
                NetworkFailure.Find<TimeoutException>(failure) is not null
                    ? new ConnectorException(FailureKind.Retry, $"{Server}: no answer in time, trying to {doing}.")
                    : Broke(doing)
            );
    }

    /// <summary>What the server has against a statement; <see langword="null"/> when the failure is of another kind.</summary>
    public static string? WhyRefused(DbException failure) =>
        failure is SqlException { Class: >= FirstOfStatement and <= LastOfStatement, Number: > 0 and not LockTimedOut } answer
        && !IsPassing(answer.Number)
            ? answer.Errors[0].Message
            : null;

    private ConnectorException Broke(string doing) =>
        new(FailureKind.Retry, $"{Server}: the connection broke, trying to {doing}. Check host, port and firewalls.");

    /// <summary><see langword="null"/> when it was not the server that said it.</summary>
    private ConnectorException? FromServer(string doing, SqlException answer) =>
        answer.Number switch
        {
            18452 or 18456 or 18470 or 18486 or 18487 or 18488 => new ConnectorException(
                configuration.Entra is null
                    ? $"{Server}: refuses the login of {Who}. Check username and password, that the login is enabled, and that the server "
                        + "takes SQL Server logins."
                    : $"{Server}: refuses the sign-in by Entra ID. Make the app or identity a user of the database: CREATE USER ... FROM "
                        + "EXTERNAL PROVIDER."
            ),
            4060 or 4064 or 911 or 916 => new ConnectorException(
                $"{Server}: has no database '{configuration.Database}' that {Who} may open. Correct the field database, or create a user "
                    + "in it."
            ),
            40615 or 40914 => new ConnectorException(
                $"{Server}: its firewall does not let this machine in. Add its address to the server's firewall rules."
            ),
            NoRight or NoRightToColumn or 262 or 297 or 300 => new ConnectorException(
                $"{DisplayName}: {Who} may not {doing}. Grant SELECT on the schema or on its tables."
            ),
            NoSuchTable or 2760 => new ConnectorException($"{DisplayName}: can't {doing}: it is no longer there."),
            TimedOut or LockTimedOut => new ConnectorException(
                FailureKind.Retry,
                $"{DisplayName}: it took too long to {doing}. Raise statement_timeout, or find out what slows or locks the server."
            ),
            10928 or 10929 or 10936 or 17809 => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: has no connection to spare at the moment."
            ),
            _ when IsPassing(answer.Number) => new ConnectorException(
                FailureKind.Retry,
                $"{DisplayName}: can't {doing} at the moment: the server answers {answer.Number}."
            ),
            _ when answer.Number <= 0 || answer.Class >= EndsConnection => null,
            _ => new ConnectorException(
                $"{DisplayName}: can't {doing}: the server answers {answer.Number}: {Sentences.Inner(answer.Errors[0].Message)}."
            ),
        };

    /// <summary>A deadlock, a server that is busy, short of memory, starting or stopping, a database that moves to another one.</summary>
    private static bool IsPassing(int number) =>
        number
            is 615
                or 701
                or 802
                or 922
                or 926
                or 1204
                or 1205
                or 3960
                or 3961
                or 4221
                or 6005
                or 8645
                or 8651
                or 8628
                or 17142
                or 18401
                or 40143
                or 40197
                or 40501
                or 40540
                or 40613
                or 42108
                or 42109
                or 49918
                or 49919
                or 49920;
}
