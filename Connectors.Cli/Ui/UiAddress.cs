using System.Globalization;
using System.Net;

namespace Connectors.Cli.Ui;

/// <summary>Where the status page is served: only on this machine, for it has no log-in.</summary>
internal static class UiAddress
{
    /// <summary>Reads the value of <c>--ui</c>.</summary>
    /// <param name="text">An address and a port: <c>127.0.0.1:8080</c>, <c>localhost:8080</c>, <c>[::1]:8080</c>. Port 0 takes any free
    /// one.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>The address, or <see langword="null"/>.</returns>
    public static IPEndPoint? Parse(string text, out string? problem)
    {
        var cut = text.LastIndexOf(':');
        var host = cut < 0 ? text : text[..cut];
        var isPort =
            int.TryParse(cut < 0 ? string.Empty : text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort;
        var isLocalhost = host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        IPAddress? address = null;
        if (isLocalhost)
        {
            address = IPAddress.Loopback;
        }
        else if (host.Contains(':', StringComparison.Ordinal) == (host is ['[', .., ']']))
        {
            _ = IPAddress.TryParse(host.Trim('[', ']'), out address);
        }

        problem = (address, isPort) switch
        {
            (not null, true) when !IPAddress.IsLoopback(address) =>
                $"--ui: {host} can be reached from other machines, and the status page has no log-in. Use 127.0.0.1:{port}; from "
                    + "elsewhere, an SSH tunnel to it.",
            (not null, true) => null,
            _ => $"--ui: \"{text}\" is not an address and a port of this machine, such as 127.0.0.1:8080.",
        };
        return problem is null ? new IPEndPoint(address!, port) : null;
    }
}
