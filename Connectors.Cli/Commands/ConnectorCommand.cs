using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Sync;
using Connectors.Sync.Api;
using Connectors.Sync.Configuration;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest connector</c>: makes connectors as Kibana would, and shows them.</summary>
internal static class ConnectorCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var serviceType = new Option<string>("--service-type") { Description = "The source, as `list sources` shows it.", HelpName = "TYPE", Required = true };
        var index = new Option<string>("--index") { Description = "The index that the sync fills; it is made when missing.", HelpName = "NAME", Required = true };
        var name = new Option<string?>("--name") { Description = "A name for people. Default: the index's name.", HelpName = "NAME" };
        var set = new Option<string[]>("--set")
        {
            Description = "A value for a field of the source; may be repeated. @FILE as the value reads it from a file, which keeps secrets out of the process list.",
            HelpName = "field=value",
        };
        var id = new Option<string?>("--id") { Description = "Its id. Default: Elasticsearch chooses one.", HelpName = "ID" };
        var schedule = new Option<string?>("--schedule") { Description = "When it syncs by itself: a Quartz cron expression with seconds, in UTC, such as \"0 0 2 * * ?\".", HelpName = "CRON" };
        var create = new Command("create", "Makes a connector and prints its id.") { serviceType, index, name, id, set, schedule };
        create.SetAction((parsed, cancellationToken) => CreateAsync(
            new CommandSession(environment, global, parsed),
            new NewConnector
            {
                Id = parsed.GetValue(id),
                Name = parsed.GetValue(name) ?? parsed.GetRequiredValue(index),
                ServiceType = parsed.GetRequiredValue(serviceType),
                IndexName = parsed.GetRequiredValue(index),
                Status = ConnectorStatus.Configured,
                Schedule = parsed.GetValue(schedule),
            },
            parsed.GetValue(set) ?? [],
            cancellationToken));
        return new Command("connector", "Makes connectors, and shows them.") { create, CreateShow(environment, global) };
    }

    private static Command CreateShow(CliEnvironment environment, GlobalOptions global)
    {
        var id = new Argument<string>("ID") { Description = "Id or name of the connector, as `list` shows it." };
        var show = new Command("show", "Shows one connector with its state, schedule and settings, as JSON. Secrets are left out.") { id };
        show.SetAction((parsed, cancellationToken) => ShowAsync(new CommandSession(environment, global, parsed), parsed.GetRequiredValue(id), cancellationToken));
        return show;
    }

    private static async Task<int> ShowAsync(CommandSession session, string idOrName, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, cancellationToken);
        var sources = new SourceCheck(session.Sources, session.Environment.TimeProvider);
        var options = ConnectorServiceOptions.From(session.Configuration, new JobWorker(string.Empty));
        var view = await new ConnectorApi(elasticsearch.Connectors, elasticsearch.Jobs, sources, options).GetConnectorAsync(connector.Id, cancellationToken);
        var form = session.IsJson ? JsonLine.Options : new JsonSerializerOptions(JsonLine.Options) { WriteIndented = true };
        await session.Environment.Out.WriteLineAsync(view.Body.ToJsonString(form));
        return ExitCode.Success;
    }

    private static async Task<int> CreateAsync(CommandSession session, NewConnector wanted, string[] set, CancellationToken cancellationToken)
    {
        var description = Lookup.Describe(session.Sources, wanted.ServiceType);
        var configuration = ConnectorConfiguration.Render(description.Fields, Values(description.Fields, set));
        try
        {
            if (wanted.Schedule is { } schedule)
            {
                _ = CronSchedule.Parse(schedule);
            }
        }
        catch (ConnectorException exception)
        {
            throw new CliException(ExitCode.Usage, $"--schedule: {exception.Message}");
        }

        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await elasticsearch.Connectors.CreateAsync(wanted with { Configuration = configuration }, cancellationToken);
        if (session.IsJson)
        {
            JsonLine.Write(session.Environment.Out, new { connector.Id, connector.Name, connector.ServiceType, connector.IndexName });
        }
        else
        {
            await session.Environment.Out.WriteLineAsync(connector.Id);
        }

        return ExitCode.Success;
    }

    /// <summary>The values of <c>--set</c>, converted to the types of the fields.</summary>
    internal static Dictionary<string, JsonNode?> Values(IReadOnlyList<ConfigField> fields, IEnumerable<string> assignments)
    {
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            var cut = assignment.IndexOf('=', StringComparison.Ordinal);
            var fieldName = cut < 0 ? assignment : assignment[..cut];
            var field = fields.FirstOrDefault(known => known.Name == fieldName);
            if (field is null)
            {
                var near = KeySuggestion.Nearest(fieldName, fields.Select(known => known.Name));
                throw new CliException(ExitCode.Usage, $"--set {fieldName}: there is no such field. "
                    + (near is not null ? $"Did you mean {near}?" : $"There are {string.Join(", ", fields.Select(known => known.Name))}."));
            }

            if (cut < 0)
            {
                throw new CliException(ExitCode.Usage, $"--set {fieldName}: write --set {fieldName}=value.");
            }

            values[fieldName] = Convert(field, ReadFile(fieldName, assignment[(cut + 1)..]));
        }

        return values;
    }

    private static string ReadFile(string field, string value)
    {
        if (!value.StartsWith('@'))
        {
            return value;
        }

        try
        {
            return File.ReadAllText(value[1..]).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"--set {field}: the file {value[1..]} can't be read.");
        }
    }

    private static JsonValue? Convert(ConfigField field, string text)
    {
        var shown = field.Sensitive ? "the value" : $"\"{text}\"";
        return field.Type switch
        {
            ConfigFieldType.Integer => int.TryParse(text, out var number)
                ? JsonValue.Create(number)
                : throw new CliException(ExitCode.Usage, $"--set {field.Name}: {shown} is not a whole number."),
            ConfigFieldType.Boolean => bool.TryParse(text, out var flag)
                ? JsonValue.Create(flag)
                : throw new CliException(ExitCode.Usage, $"--set {field.Name}: {shown} is not true or false."),
            _ => JsonValue.Create(text),
        };
    }
}
