using System.CommandLine;
using System.Text.Json;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest config TYPE</c>: the configuration that a new connector of a service type begins with.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var serviceType = new Argument<string>("TYPE") { Description = "Service type, as `source list` shows it." };
        serviceType.CompletionSources.Add(Suggestions.Marker(Suggestions.Source));
        var command = new Command("config", "Prints the configuration that a new connector of a service type begins with, as JSON.")
        {
            serviceType,
        };
        command.SetAction((parsed, _) => RunAsync(new CommandSession(environment, global, parsed), parsed.GetRequiredValue(serviceType)));
        return command;
    }

    public static Task<int> RunAsync(CommandSession session, string serviceType)
    {
        var description = Lookup.Describe(session.Sources, serviceType);
        var options = session.IsJson ? JsonLine.Options : new JsonSerializerOptions(JsonLine.Options) { WriteIndented = true };
        EscapingWriter.WriteLines(session.Environment.Out, ConnectorConfiguration.Render(description.Fields).ToJsonString(options));
        return Task.FromResult(ExitCode.Success);
    }
}
