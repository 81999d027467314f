using System.CommandLine;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Emulator;
using Microsoft.AspNetCore.Connections;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest emulator</c>: an in-memory Elasticsearch subset, for trying things out.</summary>
internal static class EmulatorCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var port = new Option<int>("--port")
        {
            Description = "Port on 127.0.0.1; 0 takes any free one.",
            HelpName = "N",
            DefaultValueFactory = _ => 9200,
        };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number is >= 0 and <= 65535))
            {
                result.AddError($"--port: \"{token.Value}\" is not a port from 0 to 65535.");
            }
        });
        var data = new Option<string?>("--data")
        {
            Description = "Folder that keeps indices and documents over restarts. Default: everything is lost at the end.",
            HelpName = "FOLDER",
        };
        var command = new Command(
            "emulator",
            "Runs an in-memory subset of Elasticsearch on 127.0.0.1 until it is stopped. For trying things out, not for production."
        )
        {
            port,
            data,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(new CommandSession(environment, global, parsed), parsed.GetValue(port), parsed.GetValue(data), cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandSession session, int port, string? data, CancellationToken cancellationToken)
    {
        EmulatorServer server;
        try
        {
            server = await EmulatorServer.StartAsync(
                new EmulatorOptions { Port = port, DataFolder = data is null ? null : Path.GetFullPath(data) },
                cancellationToken
            );
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new CliException(
                ExitCode.Failed,
                $"The emulator can't start: port {port} of 127.0.0.1 is taken by another program. --port N takes another one, --port 0 any "
                    + "that is free."
            );
        }
        catch (IOException exception)
        {
            throw new CliException(ExitCode.Failed, $"The emulator can't start: {exception.Message}");
        }

        await using (server)
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Environment.Out, new { @event = "listening", url = server.Uri.ToString() });
            }
            else
            {
                await session.Environment.Out.WriteLineAsync($"Emulator listens on {server.Uri} - stop it with Ctrl-C.");
            }

            await session.Environment.Out.FlushAsync(cancellationToken);
            await session.Environment.Shutdown.Stop.WhenCancelledAsync();
        }

        // Being stopped is how this command ends.
        return ExitCode.Success;
    }
}
