using System.Net.Sockets;
using System.Security.Authentication;
using Connectors.Abstractions;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis;

/// <summary>Words what Redis and its client say. The client's exceptions are not passed on: they may repeat what was sent.</summary>
internal sealed class RedisErrors(RedisConfiguration configuration)
{
    public string Server { get; } = $"Redis server {configuration.Host}:{configuration.Port}";

    /// <summary>Whether it is a failure of Redis or the way to it, not one of the program.</summary>
    public static bool IsServiceFailure(Exception failure) =>
        failure
            is RedisException
                or RedisTimeoutException
                or RedisCommandException
                or SocketException
                or IOException
                or AuthenticationException
                or ObjectDisposedException
                or OperationCanceledException
                or TimeoutException;

    /// <summary>Whether the server itself answered, so that the connection is good.</summary>
    public static bool IsAnswer(Exception failure) => failure is RedisServerException or RedisCommandException;

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>read the keys</c>.</param>
    /// <param name="failure">What came of it.</param>
    public ConnectorException Explain(string doing, Exception failure)
    {
        if (failure is RedisServerException answer)
        {
            return FromServer(doing, answer);
        }

        // Redis without TLS says nothing to it.
        if (NetworkFailure.Find<AuthenticationException>(failure) is { } tls && NetworkFailure.IsNoTls(tls))
        {
            return NetworkFailure.OtherProtocol(Server, "Redis");
        }

        if (NetworkFailure.Explain(Server, failure) is { } network)
        {
            return network;
        }

        return failure switch
        {
            // So the client calls the failure of TLS as well.
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
                when NetworkFailure.Find<IOException>(failure) is not null => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: it closes the connection when TLS begins. If it does not offer TLS, switch it on there, or clear ssl_enabled; "
                    + "if something else answers there, correct port."
            ),
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } when configuration.Password is null =>
                new ConnectorException($"{Server}: asks for a password. Set the field password."),
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => Refused(),
            RedisConnectionException { FailureType: ConnectionFailureType.UnableToConnect } => Unreachable(),
            TimeoutException => new ConnectorException(FailureKind.Retry, $"{Server}: no answer in time, trying to {doing}."),
            _ => new ConnectorException(FailureKind.Retry, $"{Server}: the connection broke, trying to {doing}."),
        };
    }

    /// <summary>The exception to throw when no connection came about.</summary>
    public ConnectorException Unreachable() =>
        new(FailureKind.Retry, $"{Server}: could not be reached. Check host, port and ssl_enabled, and that the server runs.");

    /// <summary>The exception to throw for what the server says to a login. Never quotes it: a server, or a proxy before it, may repeat the
    /// password that was sent.</summary>
    public ConnectorException ExplainLogin(RedisServerException answer) =>
        Known("log in", answer)
        ?? new ConnectorException(
            $"{Server}: can't log in. The server's own words are left out, for they may repeat the password. Check username and "
                + "password, and that the server lets its clients log in (AUTH)."
        );

    private ConnectorException FromServer(string doing, RedisServerException answer) =>
        Known(doing, answer) ?? new ConnectorException($"{Server}: can't {doing}: it answers {Sentences.Inner(answer.Message)}.");

    /// <summary>Answers with words of ours, which quote nothing.</summary>
    private ConnectorException? Known(string doing, RedisServerException answer) =>
        answer.Kind switch
        {
            RedisErrorKind.NoAuth => new ConnectorException($"{Server}: asks for a password. Set the field password."),
            RedisErrorKind.WrongPass => Refused(),
            RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted or RedisErrorKind.ExecAbort => new ConnectorException(
                $"{Server}: the user {(configuration.User.Length > 0 ? $"'{configuration.User}' " : string.Empty)}may not {doing}. "
                    + "Grant +@read, +@connection, +@transaction and +info, and the keys (~*); or name in advanced sync rules the keys "
                    + "that it may read."
            ),
            _ when answer.Message.Contains("without any password configured", StringComparison.Ordinal) => new ConnectorException(
                $"{Server}: has no password for its default user. Clear the field password, or set username."
            ),
            RedisErrorKind.Loading
            or RedisErrorKind.Busy
            or RedisErrorKind.MasterDown
            or RedisErrorKind.TryAgain
            or RedisErrorKind.MaxClients
            or RedisErrorKind.ConnectionFault
            or RedisErrorKind.Timeout => new ConnectorException(
                FailureKind.Retry,
                $"{Server}: is busy or still loading its keys, and could not {doing}."
            ),

            // The server repeats what was sent, and that may be the login.
            RedisErrorKind.UnknownCommand => new ConnectorException(
                $"{Server}: can't {doing}: it does not know a command that this takes. Restore the commands that its configuration "
                    + "renames or switches off."
            ),
            _ => null,
        };

    private ConnectorException Refused() =>
        new(
            $"{Server}: refuses the login of user '{(configuration.User.Length > 0 ? configuration.User : "default")}'. Check username "
                + "and password."
        );
}
