using System.Net.Sockets;
using Connectors.Abstractions;
using MySqlConnector;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>Words what MySQL, MariaDB and the driver say. The driver's exceptions are not passed on.</summary>
internal sealed class MySqlErrors(MySqlConfiguration configuration)
{
    private const int HostNotPrivileged = 1130;
    private const int AccessDeniedWithoutPassword = 1698;
    private const int TookTooLongMariaDb = 1969;
    private const int TookTooLongMySql = 3024;

    public string DisplayName { get; } = $"MySQL database '{configuration.Database}'";

    private string Server => $"MySQL server {configuration.Host}:{configuration.Port}";

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>read the table 'orders'</c>.</param>
    /// <param name="failure">What came of it.</param>
    public ConnectorException Explain(string doing, Exception failure)
    {
        // The driver closes its socket where a server takes its time: one that says nothing, or that waits to be spoken to first.
        if (NetworkFailure.Find<SocketException>(failure) is { SocketErrorCode: SocketError.OperationAborted })
        {
            return new ConnectorException(
                FailureKind.Retry,
                $"{Server}: no greeting of a MySQL or MariaDB server in time. Check host, port and firewalls: something else may answer "
                    + "there, or nothing."
            );
        }

        if (NetworkFailure.Explain(Server, failure) is { } network)
        {
            return network;
        }

        return failure is MySqlException answer && answer.Number > 0 ? FromServer(doing, answer)
            : NetworkFailure.Find<TimeoutException>(failure) is not null
                ? new ConnectorException(FailureKind.Retry, $"{Server}: no answer in time, trying to {doing}.")
            : failure is FormatException
                ? NetworkFailure.OtherProtocol(Server, "MySQL")
            : failure.Message.Contains("secure connection", StringComparison.OrdinalIgnoreCase)
            || failure.Message.Contains("public key", StringComparison.OrdinalIgnoreCase)
                ? new ConnectorException($"{Server}: takes this user's password over an encrypted connection only. Set ssl_enabled.")
            : new ConnectorException(
                FailureKind.Retry,
                $"{Server}: the connection broke, trying to {doing}. If it never worked, check host and port: something else may answer "
                    + "there."
            );
    }

    private ConnectorException FromServer(string doing, MySqlException answer) =>
        answer.Number switch
        {
            (int)MySqlErrorCode.AccessDenied or AccessDeniedWithoutPassword => new ConnectorException(
                $"{Server}: refuses the login of user '{configuration.User}'. Check user and password, and that the server knows "
                    + "the user for this machine."
            ),
            HostNotPrivileged => new ConnectorException(
                $"{Server}: user '{configuration.User}' may not connect from this machine. Create the user for this host, or for '%'."
            ),
            (int)MySqlErrorCode.UnknownDatabase => new ConnectorException(
                $"{Server}: has no database '{configuration.Database}'. Correct the field database."
            ),
            (int)MySqlErrorCode.DatabaseAccessDenied or (int)MySqlErrorCode.TableAccessDenied or (int)MySqlErrorCode.ColumnAccessDenied =>
                new ConnectorException(
                    $"{DisplayName}: user '{configuration.User}' may not {doing}. Grant SELECT on the database or on its tables."
                ),
            (int)MySqlErrorCode.NoSuchTable => new ConnectorException($"{DisplayName}: can't {doing}: it is no longer there."),
            TookTooLongMariaDb
            or TookTooLongMySql
            or (int)MySqlErrorCode.QueryInterrupted
            or (int)MySqlErrorCode.LockWaitTimeout
            or (int)MySqlErrorCode.CommandTimeoutExpired => new ConnectorException(
                FailureKind.Retry,
                $"{DisplayName}: it took too long to {doing}. Raise statement_timeout, or find out what slows or locks the server."
            ),
            (int)MySqlErrorCode.ConnectionCountError or (int)MySqlErrorCode.TooManyUserConnections => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: has no connection to spare at the moment."
            ),
            (int)MySqlErrorCode.ServerShutdown or (int)MySqlErrorCode.NormalShutdown => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: is stopping."
            ),
            // The driver's own words, under the number of a server that can't be reached.
            (int)MySqlErrorCode.UnableToConnectToHost
                when configuration.SslEnabled && answer.Message.Contains("not support SSL", StringComparison.Ordinal) =>
                NetworkFailure.WithoutTls(Server),
            (int)MySqlErrorCode.UnableToConnectToHost when NetworkFailure.Find<IOException>(answer) is not null => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: what answers there closes the connection before it greets as MySQL and MariaDB do. Check port, and that the "
                    + "server takes connections from this machine."
            ),
            (int)MySqlErrorCode.UnableToConnectToHost => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: can't be reached. Check host, port and firewalls, and that the server runs."
            ),
            _ => new ConnectorException(
                answer.IsTransient ? FailureKind.Retry : FailureKind.Fatal,
                $"{DisplayName}: can't {doing}: the server answers {answer.Number} {answer.SqlState}: {answer.Message}."
            ),
        };
}
