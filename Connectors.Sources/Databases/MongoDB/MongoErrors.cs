using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Servers;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Turns what the driver throws into sentences for the operator. The driver's exceptions are never passed on: their texts may repeat the
/// connection string.
/// </summary>
internal sealed partial class MongoErrors(MongoConfiguration configuration)
{
    private const int Unauthorized = 13;
    private const int AuthenticationFailed = 18;

    /// <summary>Errors that another try may not meet: failovers, time-outs, interrupted and overloaded servers.</summary>
    private static readonly HashSet<int> PassingCodes =
    [
        6,
        7,
        43,
        50,
        63,
        89,
        91,
        112,
        133,
        134,
        136,
        150,
        175,
        189,
        202,
        234,
        237,
        246,
        262,
        290,
        384,
        462,
        9001,
        10107,
        11600,
        11601,
        11602,
        13388,
        13435,
        13436,
    ];

    private static readonly string[] PassingLabels =
    [
        "RetryableReadError",
        "RetryableWriteError",
        "TransientTransactionError",
        "RetryableError",
        "SystemOverloadedError",
    ];

    private string DisplayName => $"MongoDB collection '{configuration.Database}.{configuration.Collection}'";

    /// <summary>Runs a call and translates what it throws. Cancellation passes as it is.</summary>
    public async Task<T> TranslateAsync<T>(Func<Task<T>> call, Func<ClusterDescription?> cluster, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw Translate(exception, cluster());
        }
    }

    /// <summary>What <paramref name="exception"/> means; <paramref name="cluster"/> knows why no server could be chosen.</summary>
    public ConnectorException Translate(Exception exception, ClusterDescription? cluster = null) =>
        exception switch
        {
            ConnectorException known => known,
            MongoAuthenticationException login => FromLogin(login),
            MongoCommandException command => FromCommand(command),
            TimeoutException when exception.Message.Contains("selecting a server", StringComparison.Ordinal) => FromSelection(cluster),
            MongoServerException => new ConnectorException(
                FailureKind.Retry,
                $"{DisplayName}: the server answers with an error: {Scrub(exception.Message)}"
            ),
            MongoConfigurationException => new ConnectorException(
                $"{DisplayName}: the driver refuses the configuration: {Scrub(exception.Message)}"
            ),
            _ when NetworkFailure.Find<AuthenticationException>(exception) is { } tls => FromTls("MongoDB", tls),
            _ => new ConnectorException(FailureKind.Retry, $"{DisplayName}: the connection failed: {Scrub(Innermost(exception).Message)}"),
        };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    private ConnectorException FromLogin(MongoAuthenticationException exception) =>
        NetworkFailure.Find<MongoCommandException>(exception) is { } answer && answer.Code == AuthenticationFailed ? LoginRefused()
        : !IsOnTheWay(exception)
            ? new ConnectorException(
                $"{DisplayName}: the login of user '{configuration.User}' did not work: "
                    + $"{Scrub(exception.InnerException?.Message ?? exception.Message)} Check user, password and the authMechanism in host."
            )
        : new ConnectorException(FailureKind.Retry, $"{DisplayName}: the connection failed during the login.");

    private ConnectorException LoginRefused() =>
        new(
            $"{DisplayName}: the server refuses the login of user '{configuration.User}'. Check user and password, and authSource in "
                + "host if the user is not defined in 'admin'."
        );

    private ConnectorException FromCommand(MongoCommandException exception)
    {
        if (exception.Code == AuthenticationFailed)
        {
            return LoginRefused();
        }

        if (exception.Code == Unauthorized)
        {
            return new ConnectorException(
                configuration.User.Length > 0
                    ? $"{DisplayName}: user '{configuration.User}' may not read it. Grant the role 'read' on database "
                        + $"'{configuration.Database}'."
                    : $"{DisplayName}: the server asks for a login. Set user and password."
            );
        }

        var kind =
            PassingCodes.Contains(exception.Code) || PassingLabels.Any(exception.HasErrorLabel) ? FailureKind.Retry : FailureKind.Fatal;
        return new ConnectorException(
            kind,
            $"{DisplayName}: the server answers with error {exception.Code} {exception.CodeName}: "
                + $"{Scrub(exception.ErrorMessage ?? string.Empty)}"
        );
    }

    private ConnectorException FromSelection(ClusterDescription? cluster)
    {
        foreach (var server in cluster?.Servers ?? [])
        {
            var (failure, place) = (server.HeartbeatException, $"MongoDB server {Address(server.EndPoint)}");
            if (NetworkFailure.Find<AuthenticationException>(failure) is { } tls)
            {
                return FromTls(place, tls);
            }

            if (NetworkFailure.Find<FormatException>(failure) is not null)
            {
                return Other(place);
            }

            if (IsClosed(failure))
            {
                return new ConnectorException(
                    FailureKind.Retry,
                    configuration.SslEnabled
                        ? $"{place}: it closes the connection, perhaps because it does not offer TLS. If so, switch it on there, or clear "
                            + "ssl_enabled."
                        : $"{place}: it closes the connection at once. If it requires TLS, set ssl_enabled; if something else answers "
                            + "there, correct the port in host."
                );
            }

            if (NetworkFailure.Explain(place, failure) is { } known)
            {
                return known;
            }
        }

        var heard =
            cluster?.Servers.Count > 0
            && cluster.Servers.All(server => server.HeartbeatException is null && server.State == ServerState.Connected);
        return new ConnectorException(
            FailureKind.Retry,
            heard
                ? $"{DisplayName}: the servers respond, but none matches the read preference. Is a primary elected? For a single member "
                    + "set direct_connection."
                : $"{DisplayName}: no server could be reached in time. Check host, port, TLS settings and firewalls."
        );
    }

    private static bool IsOnTheWay(Exception failure) =>
        NetworkFailure.Find<SocketException>(failure) is not null
        || NetworkFailure.Find<IOException>(failure) is not null
        || NetworkFailure.Find<TimeoutException>(failure) is not null;

    /// <summary>Whether the server closed the connection. One without TLS says nothing to it and does so; one that is just stopping does
    /// the same.</summary>
    private static bool IsClosed(Exception? failure) =>
        NetworkFailure.Find<IOException>(failure) is not null
        && NetworkFailure.Find<SocketException>(failure) is null or { SocketErrorCode: SocketError.ConnectionReset };

    private static string Address(System.Net.EndPoint endPoint) =>
        endPoint switch
        {
            System.Net.DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
            _ => endPoint.ToString() ?? "?",
        };

    // A MongoDB server without TLS says nothing to it.
    private static ConnectorException FromTls(string place, AuthenticationException exception) =>
        NetworkFailure.IsNoTls(exception) ? Other(place) : NetworkFailure.FromTls(place, exception);

    private static ConnectorException Other(string place) => NetworkFailure.OtherProtocol(place, "MongoDB", "the port in host");

    /// <summary>Takes out connection strings and the password.</summary>
    private string Scrub(string text)
    {
        var password = configuration.Password?.Reveal();
        var scrubbed = ConnectionString().Replace(text, "mongodb://***");
        return string.IsNullOrEmpty(password) ? scrubbed : scrubbed.Replace(password, "***", StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"mongodb(\+srv)?://[^\s'""]*",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex ConnectionString();
}
