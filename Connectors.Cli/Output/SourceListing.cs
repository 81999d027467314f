using Connectors.Cli.Hosting;
using Connectors.Sync;
using Connectors.Sync.Configuration;

namespace Connectors.Cli.Output;

/// <summary>Shows the sources and their fields.</summary>
internal static class SourceListing
{
    /// <summary>Writes them. A source that can't be loaded is shown with the reason.</summary>
    public static void Write(CommandSession session)
    {
        List<string[]> rows = [];
        foreach (var type in session.Sources.ServiceTypes)
        {
            try
            {
                var description = session.Sources.Describe(type);
                if (session.IsJson)
                {
                    JsonLine.Write(session.Environment.Out, Json(type, description.Name, session.Configuration.Sources[type], description.Fields));
                }

                rows.AddRange(description.Fields.Select((field, i) => Row(i == 0 ? type : "", field)));
            }
            catch (ConnectorException exception)
            {
                session.Environment.Error.WriteLine(exception.Message);
            }
        }

        if (!session.IsJson)
        {
            TableOutput.Write(session.Environment, "Sources and their fields", "There are no sources.", ["source", "field", "type", "required", "default", "meaning"], rows);
        }
    }

    private static string[] Row(string type, ConfigField field) =>
    [
        type,
        field.Name,
        Word(field),
        field is { Required: true, DefaultValue: null } ? "yes" : "",
        field.Sensitive ? "" : field.DefaultValue?.ToJsonString(JsonLine.Options).Trim('"') ?? "",
        field.Label,
    ];

    private static string Word(ConfigField field) => field.Sensitive
        ? "secret"
        : field.Type switch
        {
            ConfigFieldType.Integer => "number",
            ConfigFieldType.Boolean => "true/false",
            ConfigFieldType.List => "list",
            _ => "text",
        };

    private static object Json(string type, string name, string className, IEnumerable<ConfigField> fields) => new
    {
        kind = "source",
        serviceType = type,
        name,
        @class = className,
        fields = fields.Select(field => new
        {
            field.Name,
            field.Label,
            type = Word(field),
            required = field is { Required: true, DefaultValue: null },
            @default = field.Sensitive ? null : field.DefaultValue,
            field.Tooltip,
        }),
    };
}
