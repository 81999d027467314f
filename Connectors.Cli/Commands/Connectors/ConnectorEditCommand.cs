using System.CommandLine;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest connector edit ID</c>: changes the named settings and leaves the rest unchanged.</summary>
internal sealed class ConnectorEditCommand
{
    private readonly Argument<string> _id = ConnectorCommand.IdArgument();
    private readonly Option<string[]> _set = FieldAssignments.CreateOption();
    private readonly Option<string?> _name = new Option<string?>("--name")
    {
        Description = "The name that people see.",
        HelpName = "NAME",
    }.NotEmpty();
    private readonly Option<string?> _index = new Option<string?>("--index")
    {
        Description = "The index to fill from the next sync on. The old one stays as it is.",
        HelpName = "NAME",
    }.NotEmpty();
    private readonly Option<string?> _full = Schedule("--schedule-full", "When everything is synced", "--schedule");
    private readonly Option<string?> _incremental = Schedule(
        "--schedule-incremental",
        "When changes are synced, where the source can tell them"
    );
    private readonly Option<string?> _accessControl = Schedule("--schedule-access-control", "When permissions are synced");
    private readonly Option<string?> _deletesOnly = Schedule("--schedule-deletes-only", "When only deletions are synced");
    private readonly Option<string?> _pipeline = new Option<string?>("--pipeline")
    {
        Description = "The ingest pipeline that documents go through; none for none.",
        HelpName = "NAME|none",
    }.NotEmpty();
    private readonly Option<string?> _extract = Flag("--extract-binary-content", "Whether the pipeline makes text of files.");
    private readonly Option<string?> _reduce = Flag("--reduce-whitespace", "Whether the pipeline trims white space.");
    private readonly Option<string?> _inference = Flag("--run-ml-inference", "Whether the pipeline runs inference.");

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var edit = new ConnectorEditCommand();
        var command = new Command("edit", "Changes only the named settings of a connector.")
        {
            edit._id,
            edit._set,
            edit._name,
            edit._index,
            edit._full,
            edit._incremental,
            edit._accessControl,
            edit._deletesOnly,
            edit._pipeline,
            edit._extract,
            edit._reduce,
            edit._inference,
        };
        command.SetAction(
            (parsed, cancellationToken) => edit.RunAsync(new CommandSession(environment, global, parsed), parsed, cancellationToken)
        );
        return command;
    }

    private static Option<string?> Schedule(string name, string what, params string[] aliases) =>
        new(name, aliases)
        {
            Description = $"{what}: a Quartz cron expression with seconds, in UTC, or {ConnectorEdit.Off}.",
            HelpName = $"CRON|{ConnectorEdit.Off}",
        };

    // As a text: of what is no flag the parser would make a further argument.
    private static Option<string?> Flag(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "true|false" };
        option.AcceptWords("true", "false");
        return option;
    }

    private static bool? IsOn(ParseResult parsed, Option<string?> flag) =>
        parsed.GetValue(flag) is { } word ? bool.Parse(word) : null;

    private async Task<int> RunAsync(CommandSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var schedules = new Dictionary<JobType, string>();
        foreach (
            var (option, type) in new[]
            {
                (_full, JobType.Full),
                (_incremental, JobType.Incremental),
                (_accessControl, JobType.AccessControl),
            }
        )
        {
            if (Cron(session.Environment, parsed, option) is { } schedule)
            {
                schedules[type] = schedule;
            }
        }

        var edit = new ConnectorEdit
        {
            Name = parsed.GetValue(_name),
            IndexName = parsed.GetValue(_index),
            Schedules = schedules,
            DeletesOnlySchedule = Cron(session.Environment, parsed, _deletesOnly),
            Pipeline = parsed.GetValue(_pipeline) is { } pipeline
                ? pipeline == "none"
                    ? string.Empty
                    : pipeline
                : null,
            ExtractBinaryContent = IsOn(parsed, _extract),
            ReduceWhitespace = IsOn(parsed, _reduce),
            RunMlInference = IsOn(parsed, _inference),
        };
        var set = parsed.GetValue(_set) ?? [];
        if (set.Length == 0 && edit == new ConnectorEdit { Schedules = edit.Schedules, Values = edit.Values } && schedules.Count == 0)
        {
            throw new CliException(
                ExitCode.Usage,
                "connector edit: name a setting to change, for example --set field=value or --schedule-full \"0 0 2 * * ?\"."
            );
        }

        return await EditAsync(session, parsed.GetRequiredValue(_id), edit, set, cancellationToken);
    }

    private static async Task<int> EditAsync(
        CommandSession session,
        string idOrName,
        ConnectorEdit edit,
        string[] set,
        CancellationToken cancellationToken
    )
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, cancellationToken);
        var fields =
            set.Length == 0 ? []
            : connector.ServiceType is { } type ? Lookup.Describe(session.Sources, type).Fields
            : throw new CliException(ExitCode.Failed, $"Connector '{connector.Id}' has no service_type, so its fields are unknown.");
        edit = edit with { Values = FieldAssignments.Read(fields, set, session.Environment) };
        var edits = new ConnectorEdits(elasticsearch.Gateway.Documents, elasticsearch.Connectors);
        try
        {
            // Checked before anything is written: then the command line is wrong, not Elasticsearch.
            _ = edit.Of(connector, fields, []);
        }
        catch (ConnectorException problem)
        {
            throw new CliException(ExitCode.Usage, problem.Message);
        }

        if (
            edit.IndexName is { } index
            && await elasticsearch.Gateway.Checkup.ContentIndexProblemAsync(index, cancellationToken) is { } impossible
        )
        {
            throw new CliException(ExitCode.Usage, $"--index: {impossible}");
        }

        if (
            edit.Pipeline is { Length: > 0 } pipeline
            && await elasticsearch.Gateway.Checkup.PipelineExistsAsync(pipeline, cancellationToken) == false
        )
        {
            throw new CliException(
                ExitCode.Usage,
                $"--pipeline: the ingest pipeline '{pipeline}' does not exist. Make it first: without it Elasticsearch would reject "
                    + "every document."
            );
        }

        await WarnAsync(session, connector, edit);
        var changed = await edits.EditAsync(connector.Id, edit, fields, cancellationToken)
            ?? throw new CliException(ExitCode.Failed, $"Connector '{connector.Id}' was deleted meanwhile.");
        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    @event = "edited",
                    connectorId = connector.Id,
                    changed,
                }
            );
        }
        else
        {
            var name = edit.Name ?? connector.Name ?? connector.Id;
            await session.Environment.Out.WriteLineAsync(
                changed.Count == 0 ? $"{name}: it is so already." : $"{name}: changed {string.Join(", ", changed)}."
            );
        }

        return ExitCode.Success;
    }

    // Written all the same: the source may be another one soon, and Kibana writes them as well.
    private static async Task WarnAsync(CommandSession session, ConnectorRecord connector, ConnectorEdit edit)
    {
        var sources = new SourceCheck(session.Sources, session.Environment.TimeProvider);
        if (
            edit.Schedules.Count == 0
            || connector.ServiceType is not { } serviceType
            || Lookup.FindDescription(sources, serviceType) is not { } source
        )
        {
            return;
        }

        var isOn = edit.Values.TryGetValue(AccessControl.Switch.Name, out var value)
            ? value?.GetValue<bool>() == true
            : AccessControlCheck.IsOn(connector, sources);
        foreach (var type in edit.Schedules.Where(schedule => schedule.Value != ConnectorEdit.Off).Select(schedule => schedule.Key))
        {
            if (IdleSchedule.Problem(source, type, isOn) is { } problem)
            {
                await session.Environment.Error.WriteLineAsync($"notice: the schedule for {type.ToWord()} syncs makes none: {problem}");
            }
        }
    }

    private static string? Cron(CliEnvironment environment, ParseResult parsed, Option<string?> option)
    {
        var schedule = parsed.GetValue(option);
        if (schedule is not null and not ConnectorEdit.Off)
        {
            // As it was typed: --schedule is --schedule-full.
            ConnectorCommand.RequireCron(environment, parsed.GetResult(option)?.IdentifierToken?.Value ?? option.Name, schedule);
        }

        return schedule;
    }
}
