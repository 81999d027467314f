using System.CommandLine;
using Connectors.Cli.Commands.Connectors;
using Connectors.Cli.Commands.Setup;
using Connectors.Cli.Hosting;

namespace Connectors.Cli.Commands;

/// <summary>The root: <c>elastic-ingest</c> with the options of Elastic's own service, and today's verbs below it.</summary>
internal static class IngestCommand
{
    private static readonly string[] ServiceActions = ["poll", "schedule", "sync_content", "sync_access_control", "cleanup"];

    public static RootCommand Create(CliEnvironment environment) => Create(environment, new GlobalOptions());

    public static RootCommand Create(CliEnvironment environment, GlobalOptions global)
    {
        var action = new Option<string[]>("--action")
        {
            Description =
                "What to do, as with Elastic's own service: poll, schedule, sync_content, sync_access_control, cleanup, list or config; "
                + "may be repeated. Without it, and without a command: poll.",
            HelpName = "ACTION",
            AllowMultipleArgumentsPerToken = false,
        };
        action.AcceptWords([.. ServiceActions, "list", "config"]);
        var serviceType = new Option<string?>("--service-type")
        {
            Description = "The source that --action config is about.",
            HelpName = "TYPE",
        };
        serviceType.CompletionSources.Add(Suggestions.Marker(Suggestions.Source));
        var root = new RootCommand(
            "Mirrors third-party data into Elasticsearch, driven by Kibana, the Connector API or the commands below."
        )
        {
            action,
            serviceType,
        };
        root.HelpName = "elastic-ingest";
        root.Options.OfType<VersionOption>().Single().Description = "Shows the version.";
        foreach (var option in global.All)
        {
            root.Options.Add(option);
        }

        root.Subcommands.Add(InitCommand.Create(environment, global));
        root.Subcommands.Add(DoctorCommand.Create(environment, global));
        root.Subcommands.Add(PollCommand.Create(environment, global));
        root.Subcommands.Add(SyncCommand.Create(environment, global));
        root.Subcommands.Add(PreviewCommand.Create(environment, global));
        root.Subcommands.Add(ConnectorCommand.Create(environment, global));
        root.Subcommands.Add(JobCommand.Create(environment, global));
        root.Subcommands.Add(SourceCommand.Create(environment, global));
        root.Subcommands.Add(ListCommand.Create(environment, global));
        root.Subcommands.Add(ConfigCommand.Create(environment, global));
        root.Subcommands.Add(CleanupCommand.Create(environment, global));
        root.Subcommands.Add(CompletionCommand.Create(environment));
        root.Subcommands.Add(EmulatorCommand.Create(environment, global));
        root.Subcommands.Add(DemoCommand.Create(environment, global));
        root.SetAction(
            (parsed, cancellationToken) =>
                RunActionsAsync(
                    parsed.GetValue(action) ?? [],
                    parsed.GetValue(serviceType),
                    isService => new CommandSession(environment, global, parsed, isService),
                    cancellationToken
                )
        );
        return root;
    }

    private static Task<int> RunActionsAsync(
        string[] actions,
        string? serviceType,
        Func<bool, CommandSession> session,
        CancellationToken cancellationToken
    )
    {
        var wanted = actions.Select(action => action.ToLowerInvariant()).Distinct().ToArray();
        foreach (var alone in new[] { "list", "config" })
        {
            if (wanted.Contains(alone) && wanted.Length > 1)
            {
                throw new CliException(ExitCode.Usage, $"--action {alone} can't be combined with other actions.");
            }
        }

        return wanted switch
        {
            ["list"] => ListCommand.RunAsync(session(false), cancellationToken),
            ["config"] when serviceType is null => throw new CliException(ExitCode.Usage, "--action config needs --service-type TYPE."),
            ["config"] => ConfigCommand.RunAsync(session(false), serviceType),
            ["cleanup"] => CleanupCommand.RunAsync(session(false), cancellationToken),
            _ => PollCommand.RunAsync(session(true), oneSync: false, cancellationToken),
        };
    }
}
