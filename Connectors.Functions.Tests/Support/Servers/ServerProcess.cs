using System.Net;
using System.Net.Sockets;
using Connectors.Tests.Support.Processes;

namespace Connectors.Tests.Support.Servers;

/// <summary>A server program of the machine, on a port of 127.0.0.1, in a temporary folder of its own.</summary>
internal sealed class ServerProcess : ChildProcess
{
    private const int Attempts = 5;

    private ServerProcess(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
        : base(program, arguments, environment) { }

    /// <summary>Starts a server on a free port, and again on another one should somebody else have taken it in between.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments, given the port.</param>
    /// <param name="ready">What it writes when it can be used.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<(ServerProcess Server, int Port)> StartAsync(
        string program,
        Func<int, IEnumerable<string>> arguments,
        string ready,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var server = new ServerProcess(program, arguments(port));
            try
            {
                await server.WritesAsync(ready, cancellationToken);
                return (server, port);
            }
            catch (InvalidOperationException)
                when (attempt < Attempts && server.Output.Contains("in use", StringComparison.OrdinalIgnoreCase))
            {
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        IEnumerable<KeyValuePair<string, string>>? environment = null
    )
    {
        await using var process = new ServerProcess(program, arguments, environment);
        await process.ExitsWithAsync(0, cancellationToken);
        return process.Output;
    }

    /// <summary>Where a program is: in one of <paramref name="folders"/>, or where the system looks; <see langword="null"/> when the
    /// machine has none.</summary>
    public static string? Find(string program, params IEnumerable<string> folders) =>
        folders
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .Concat(["/usr/sbin", "/usr/local/sbin"])
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
