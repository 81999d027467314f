using System.Net.Sockets;
using Connectors.Sync.Staging.LocalState;
using Microsoft.AspNetCore.Connections;

namespace Connectors.LocalHost.DevHost;

/// <summary>What keeps the local host from starting, in a sentence with the option that helps.</summary>
internal static class HostFailures
{
    /// <summary>Makes the folder, if need be, and sees that it can be written.</summary>
    /// <exception cref="IOException">It can't.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                PrivateFiles.CreateRoot(folder);
            }

            PrivateFiles.RequireWritable(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The folder '{folder}' can't be used; --folder PATH takes another one. {failure.Message}",
                failure
            );
        }
    }

    /// <summary>The sentence for a failure of a server's start; <see langword="null"/> where its own message says it all, and for what no
    /// setting causes.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="port">The port that was asked for.</param>
    public static string? Explain(Exception failure, int port) =>
        failure switch
        {
            IOException { InnerException: AddressInUseException } =>
                $"Port {port} of 127.0.0.1 is taken by another program. --port N takes another one, --port 0 any that is free.",
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                $"Port {port} of 127.0.0.1 is for privileged users only. --port N takes another one, --port 0 any that is free.",
            // A folder that another process uses.
            IOException { InnerException: IOException } => $"{failure.Message} --folder PATH takes another one.",
            // A function that can't be run, say: the message names it.
            InvalidOperationException => failure.Message,
            _ => null,
        };
}
