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

    /// <summary>The exception to throw where something else listens than is meant.</summary>
    /// <param name="server">The server as messages name it, with its address.</param>
    /// <param name="protocol">What it should speak: <c>MySQL</c>.</param>
    /// <param name="field">The field that names the port.</param>
    public static ConnectorException OtherProtocol(string server, string protocol, string field = "port") =>
        new($"{server}: what answers there does not speak the protocol of {protocol}. Check {field}.");

    /// <summary>The exception to throw where a socket or TLS failed; <see langword="null"/> when neither did.</summary>
    /// <param name="server">The server as messages name it: <c>MySQL server db:3306</c>.</param>
    /// <param name="failure">What happened.</param>
    public static ConnectorException? Explain(string server, Exception? failure)
    {
        if (Find<AuthenticationException>(failure) is { } tls)
        {
            return FromTls(server, tls);
        }

        return Find<SocketException>(failure) is { } socket
            ? new ConnectorException(FailureKind.Retry, $"{server}: {Cause(socket.SocketErrorCode)}.")
            : null;
    }

    /// <summary>The exception to throw where TLS did not come about.</summary>
    /// <param name="server">The server as messages name it.</param>
    /// <param name="tls">What happened.</param>
    public static ConnectorException FromTls(string server, AuthenticationException tls) =>
        tls switch
        {
            CertificateRefusedException { IsOfName: true } => new ConnectorException(
                $"{server}: the TLS connection failed: {tls.Message} Write a name of the certificate in host, or have one made for this "
                    + "name."
            ),
            CertificateRefusedException => new ConnectorException($"{server}: the TLS connection failed: {tls.Message}"),
            _ when IsNoTls(tls) => WithoutTls(server),
            _ => new ConnectorException(
                $"{server}: the TLS connection failed: {tls.Message} Check ssl_enabled and ssl_ca, and that the server's certificate "
                    + "is made for its host name."
            ),
        };

    /// <summary>What made a TLS connection fail, for sources whose client checks certificates itself:
    /// <c>what answers does not speak TLS</c>. .NET names the fault, and not the certificate.</summary>
    public static string Cause(AuthenticationException failure) =>
        IsNoTls(failure) ? "what answers does not speak TLS"
        : Says(failure, "NameMismatch") ? "its certificate is made for another name"
        : Says(failure, "NotTimeValid") ? "its certificate has expired or is not valid yet"
        : Says(failure, "UntrustedRoot") || Says(failure, "PartialChain")
            ? "its certificate was signed by an authority that this machine does not trust"
        : "its certificate is not trusted, or not made for its name";

    /// <summary>Whether the other side does not speak TLS. .NET says no more than that the bytes that came are no record of it.</summary>
    public static bool IsNoTls(AuthenticationException failure) =>
        failure is not CertificateRefusedException && (Says(failure, "frame") || Says(failure, "packet format"));

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

    private static bool Says(Exception failure, string word) => failure.Message.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Cause(SocketError error) =>
        error switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is unknown. Check host",
            SocketError.ConnectionRefused => "nothing listens there. Check host and port, and that the server runs",
            _ => $"it does not answer ({error}). Check host, port and firewalls",
        };
}
