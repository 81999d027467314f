using System.Net.Sockets;
using System.Security.Authentication;
using Connectors.Abstractions;

namespace Connectors.Sources;

/// <summary>Words what can go wrong on the way to any server.</summary>
internal static class NetworkFailure
{
    /// <summary>The exception to throw where a server does not speak TLS, and the field <c>ssl_enabled</c> asks for it.</summary>
    public static ConnectorException WithoutTls(string server) =>
        new($"{server}: the server does not offer TLS. Switch it on there, or clear ssl_enabled.");

    /// <summary>The exception to throw where a socket or TLS failed; <see langword="null"/> when neither did.</summary>
    /// <param name="server">The server as messages name it: <c>MySQL server db:3306</c>.</param>
    /// <param name="failure">What happened.</param>
    public static ConnectorException? Explain(string server, Exception? failure)
    {
        if (Find<AuthenticationException>(failure) is { } tls)
        {
            return IsNoTls(tls)
                ? WithoutTls(server)
                : new ConnectorException(
                    $"{server}: the TLS connection failed: {tls.Message} Check ssl_enabled and ssl_ca, and that the server's certificate "
                        + "is made for its host name."
                );
        }

        return Find<SocketException>(failure) is { } socket
            ? new ConnectorException(FailureKind.Retry, $"{server}: {Cause(socket.SocketErrorCode)}.")
            : null;
    }

    /// <summary>What made a TLS connection fail: <c>what answers does not speak TLS</c>.</summary>
    public static string Cause(AuthenticationException failure) =>
        IsNoTls(failure) ? "what answers does not speak TLS" : "its certificate is not trusted, or not made for its name";

    /// <summary>Whether the other side does not speak TLS. .NET says no more than that the bytes that came are no record of it.</summary>
    public static bool IsNoTls(AuthenticationException failure) =>
        failure.Message.Contains("frame", StringComparison.OrdinalIgnoreCase)
        || failure.Message.Contains("packet format", StringComparison.OrdinalIgnoreCase);

    /// <summary>The exception of a type that caused another.</summary>
    public static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static string Cause(SocketError error) =>
        error switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is unknown. Check host",
            SocketError.ConnectionRefused => "nothing listens there. Check host and port, and that the server runs",
            _ => $"it does not answer ({error}). Check host, port and firewalls",
        };
}
