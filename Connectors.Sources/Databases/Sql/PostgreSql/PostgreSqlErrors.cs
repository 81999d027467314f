using System.Security.Authentication;
using System.Text;
using Connectors.Abstractions;
using Npgsql;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>Words what PostgreSQL and its driver say. The driver's exceptions are not passed on: their details may repeat what rows
/// hold.</summary>
internal sealed class PostgreSqlErrors(PostgreSqlConfiguration configuration)
{
    public string DisplayName { get; } = $"PostgreSQL database '{configuration.Database}'";

    private string Server => $"PostgreSQL server {configuration.Host}:{configuration.Port}";

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>read the table 'orders'</c>.</param>
    /// <param name="failure">What came of it.</param>
    public ConnectorException Explain(string doing, Exception failure)
    {
        if (NetworkFailure.Find<PostgresException>(failure) is { } answer)
        {
            return FromServer(doing, answer);
        }

        if (NetworkFailure.Find<DecoderFallbackException>(failure) is not null)
        {
            return new ConnectorException(
                $"{DisplayName}: can't {doing}: a primary key holds bytes that are not UTF-8, so the reading could not be resumed after "
                    + "it. Fix the row, or exclude the table."
            );
        }

        if (IsOther(failure))
        {
            return NetworkFailure.OtherProtocol(Server, "PostgreSQL");
        }

        if (NetworkFailure.Explain(Server, failure) is { } network)
        {
            return network;
        }

        return failure is NpgsqlException { InnerException: null } refused && refused.Message.Contains("SSL", StringComparison.Ordinal)
                ? NetworkFailure.WithoutTls(Server)
            : failure is NpgsqlException { InnerException: null } login
            && login.Message.Contains("password", StringComparison.OrdinalIgnoreCase)
                ? new ConnectorException($"{Server}: asks for a password. Set the field password.")
            : NetworkFailure.Find<TimeoutException>(failure) is not null
                ? new ConnectorException(FailureKind.Retry, $"{Server}: no answer in time, trying to {doing}.")
            : new ConnectorException(
                FailureKind.Retry,
                $"{Server}: the connection broke, trying to {doing}. If it never worked, check host and port: something else may answer "
                    + "there."
            );
    }

    /// <summary>Whether it is no PostgreSQL that answers. Such a server answers the wish for TLS with S or N, and after an S it speaks
    /// TLS: with anything else the driver, whose sentences these are, names SSL too.</summary>
    private static bool IsOther(Exception failure) =>
        failure is NpgsqlException { InnerException: null } odd
            ? odd.Message.Contains("for SSLRequest", StringComparison.Ordinal)
                || odd.Message.Contains("unencrypted data", StringComparison.Ordinal)
            : NetworkFailure.Find<AuthenticationException>(failure) is { } tls && NetworkFailure.IsNoTls(tls);

    private ConnectorException FromServer(string doing, PostgresException answer) =>
        answer.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new ConnectorException(
                $"{Server}: refuses the login of user '{configuration.User}'. Check username, password, and the server's pg_hba.conf."
            ),
            PostgresErrorCodes.InvalidCatalogName => new ConnectorException(
                $"{Server}: has no database '{configuration.Database}'. Correct the field database."
            ),
            PostgresErrorCodes.InsufficientPrivilege => new ConnectorException(
                $"{DisplayName}: user '{configuration.User}' may not {doing}. Grant CONNECT on the database, USAGE on the schema and "
                    + "SELECT on its tables."
            ),
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName => new ConnectorException(
                $"{DisplayName}: can't {doing}: it is no longer there."
            ),
            PostgresErrorCodes.QueryCanceled => new ConnectorException(
                FailureKind.Retry,
                $"{DisplayName}: it took too long to {doing}. Raise statement_timeout, or find out what slows or locks the server."
            ),
            PostgresErrorCodes.TooManyConnections => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: has no connection to spare at the moment."
            ),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
                new ConnectorException(FailureKind.Retry, $"{Server}: is starting or stopping."),
            _ => new ConnectorException(
                answer.IsTransient ? FailureKind.Retry : FailureKind.Fatal,
                $"{DisplayName}: can't {doing}: the server answers {answer.SqlState}: {answer.MessageText}."
            ),
        };
}
