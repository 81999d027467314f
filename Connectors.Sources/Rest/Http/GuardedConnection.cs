using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// Connects to hosts that a user may name. Where a name leads is checked when the connection is made, on the address that is connected
/// to, so a name
/// that resolves differently the second time gains nothing.
/// </summary>
internal static class GuardedConnection
{
    /// <summary>
    /// A handler without redirects, cookies and proxies: a proxy would resolve the name itself, out of reach of the check.
    /// </summary>
    /// <param name="field">The field that names the host, for the message.</param>
    /// <param name="privateHosts">Names of hosts that may have a private, loopback or link-local address.</param>
    /// <param name="trust">Judges certificates; <see langword="null"/> for the authorities of this system.</param>
    /// <param name="credentials">For sign-ins of a connection (NTLM); <see langword="null"/> for none.</param>
    public static SocketsHttpHandler CreateHandler(
        string field,
        IReadOnlyList<string> privateHosts,
        RemoteCertificateValidationCallback? trust = null,
        ICredentials? credentials = null
    ) =>
        new()
        {
            SslOptions = { RemoteCertificateValidationCallback = trust },
            Credentials = credentials,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, field, privateHosts, cancellationToken),
        };

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint endPoint,
        string field,
        IReadOnlyList<string> privateHosts,
        CancellationToken cancellationToken
    )
    {
        var host = endPoint.Host;

        // 0.0.0.0 and :: are no names to be resolved: they are refused as what they are.
        IPAddress[] addresses = IPAddress.TryParse(host, out var address)
            ? [address]
            : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = privateHosts.Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase)
            ? addresses
            : [.. addresses.Where(AddressRules.IsPublic)];
        if (allowed.Length == 0)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                "private",
                new ConnectorException(
                    $"{field}: {host} has a private, loopback or link-local address, which is refused. If it is meant, name {host} in "
                        + "allowed_hosts."
                )
            );
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
