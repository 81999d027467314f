using System.CommandLine;
using System.Text.Json;
using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Api;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest connector</c>: creates, shows, changes and deletes connectors, for installations without Kibana.</summary>
internal static class ConnectorCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global) =>
        new("connector", "Makes, shows, changes and deletes connectors.")
        {
            CreateList(environment, global),
            CreateCreate(environment, global),
            CreateShow(environment, global),
            ConnectorEditCommand.Create(environment, global),
            ConnectorDeleteCommand.Create(environment, global),
        };

    /// <summary>The argument by which a command is told a connector.</summary>
    public static Argument<string> IdArgument()
    {
        var id = new Argument<string>("ID") { Description = "Id or name of the connector, as `connector list` shows it." };
        id.CompletionSources.Add(Suggestions.Marker(Suggestions.Connector));
        return id.NotEmpty();
    }

    /// <summary>Checks a schedule, and tells how it is read where that may not be what was meant.</summary>
    /// <exception cref="CliException">It is no cron expression, or never fires from now on.</exception>
    public static void RequireCron(CliEnvironment environment, string option, string expression)
    {
        if (CronSchedule.Problem(expression, environment.TimeProvider.GetUtcNow()) is { } problem)
        {
            throw new CliException(ExitCode.Usage, $"{option}: {problem}");
        }

        if (CronFields.Wrapped(expression) is { } notice)
        {
            environment.Error.WriteLine($"notice: {option}: {notice}");
        }
    }

    /// <summary>Writes a connector as JSON, without its secrets.</summary>
    public static async Task WriteAsync(
        CommandSession session,
        ElasticsearchSession elasticsearch,
        string id,
        CancellationToken cancellationToken
    )
    {
        var sources = new SourceCheck(session.Sources, session.Environment.TimeProvider);
        var options = ConnectorServiceOptions.From(session.Configuration, new JobWorker(string.Empty));
        var view = await new ConnectorApi(elasticsearch.Connectors, elasticsearch.Jobs, sources, options).GetConnectorAsync(
            id,
            cancellationToken
        );
        var form = session.IsJson ? JsonLine.Options : new JsonSerializerOptions(JsonLine.Options) { WriteIndented = true };
        EscapingWriter.WriteLines(session.Environment.Out, view.Body.ToJsonString(form));
    }

    private static Command CreateList(CliEnvironment environment, GlobalOptions global)
    {
        var list = new Command("list", "Shows the connectors with their state; the same as `list connectors`.");
        list.SetAction(
            (parsed, cancellationToken) =>
                ListCommand.RunAsync(new CommandSession(environment, global, parsed), cancellationToken, "connectors")
        );
        return list;
    }

    private static Command CreateCreate(CliEnvironment environment, GlobalOptions global)
    {
        var serviceType = new Option<string>("--service-type")
        {
            Description = "Its source, as `source list` shows it.",
            HelpName = "TYPE",
            Required = true,
        };
        serviceType.CompletionSources.Add(Suggestions.Marker(Suggestions.Source));
        var index = new Option<string>("--index")
        {
            Description = "The index to fill; no other connector may have it.",
            HelpName = "NAME",
            Required = true,
        };
        var name = new Option<string?>("--name")
        {
            Description = "The name that people see. Default: the index.",
            HelpName = "NAME",
        }.NotEmpty();
        var set = FieldAssignments.CreateOption();
        var id = new Option<string?>("--id") { Description = "Its id. Default: Elasticsearch chooses one.", HelpName = "ID" }.NotEmpty();
        var schedule = new Option<string?>("--schedule")
        {
            Description = "When it syncs by itself: a Quartz cron expression with seconds, in UTC, such as \"0 0 2 * * ?\".",
            HelpName = "CRON",
        };
        var semanticText = SemanticFields.CreateOption();
        var create = new Command("create", "Makes a connector and prints its id.")
        {
            serviceType,
            index,
            name,
            id,
            set,
            schedule,
            semanticText,
        };
        create.SetAction(
            (parsed, cancellationToken) =>
                CreateAsync(
                    new CommandSession(environment, global, parsed),
                    new NewConnector
                    {
                        Id = parsed.GetValue(id),
                        Name = parsed.GetValue(name) ?? parsed.GetRequiredValue(index),
                        ServiceType = parsed.GetRequiredValue(serviceType),
                        IndexName = parsed.GetRequiredValue(index),
                        Schedule = parsed.GetValue(schedule),
                    },
                    parsed.GetValue(set) ?? [],
                    [.. (parsed.GetValue(semanticText) ?? []).SelectMany(SemanticFields.Parse)],
                    cancellationToken
                )
        );
        return create;
    }

    private static Command CreateShow(CliEnvironment environment, GlobalOptions global)
    {
        var id = IdArgument();
        var show = new Command("show", "Shows one connector with its state, schedule and settings, as JSON. Secrets are left out.") { id };
        show.SetAction(
            (parsed, cancellationToken) =>
                ShowAsync(new CommandSession(environment, global, parsed), parsed.GetRequiredValue(id), cancellationToken)
        );
        return show;
    }

    private static async Task<int> ShowAsync(CommandSession session, string idOrName, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, cancellationToken);
        await WriteAsync(session, elasticsearch, connector.Id, cancellationToken);
        return ExitCode.Success;
    }

    private static async Task<int> CreateAsync(
        CommandSession session,
        NewConnector wanted,
        string[] set,
        IReadOnlyList<SemanticField> semantic,
        CancellationToken cancellationToken
    )
    {
        var description = Lookup.Describe(session.Sources, wanted.ServiceType);
        var values = FieldAssignments.Read(description.Fields, set, session.Environment);
        var configuration = ConnectorConfiguration.Render(description.Fields, values);

        // What was named has to be right, as in `connector edit`; what is missing may follow.
        if (ConfigurationValidator.Problems(configuration, description.Fields, values.ContainsKey) is { Count: > 0 } wrong)
        {
            throw new CliException(ExitCode.Usage, string.Join(' ', wrong));
        }

        if (wanted.Schedule is { } schedule)
        {
            RequireCron(session.Environment, "--schedule", schedule);
        }

        if (ContentIndexName.Problem(wanted.IndexName) is { } problem)
        {
            throw new CliException(ExitCode.Usage, $"--index: {problem}");
        }

        var missing = ConfigurationValidator.Problems(configuration, description.Fields);
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        if (await elasticsearch.Gateway.Checkup.ContentIndexProblemAsync(wanted.IndexName, cancellationToken) is { } taken)
        {
            throw new CliException(ExitCode.Usage, $"--index: {taken}");
        }

        await elasticsearch.Gateway.Semantic.CheckAsync(wanted.IndexName, semantic, cancellationToken);
        var connector = await elasticsearch.Connectors.CreateAsync(
            wanted with
            {
                Configuration = configuration,
                Status = missing.Count == 0 ? ConnectorStatus.Configured : ConnectorStatus.NeedsConfiguration,
            },
            cancellationToken
        );
        await SemanticFields.MapAsync(elasticsearch.Gateway, wanted.IndexName, semantic, cancellationToken);
        foreach (var item in missing)
        {
            await session.Environment.Error.WriteLineAsync($"notice: {item}");
        }

        if (missing.Count > 0)
        {
            await session.Environment.Error.WriteLineAsync(
                "notice: The connector is made and can't sync before that. Set it: "
                    + $"elastic-ingest connector edit {ShellWord.Of(connector.Id)}"
                    + FieldAssignments.Missing(description.Fields, configuration)
            );
        }

        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    connector.Id,
                    connector.Name,
                    connector.ServiceType,
                    connector.IndexName,
                }
            );
        }
        else
        {
            await session.Environment.Out.WriteLineAsync(connector.Id);
        }

        return ExitCode.Success;
    }
}
