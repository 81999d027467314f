using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Sources;

namespace Connectors.Cli.Output.Listings;

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
                    JsonLine.Write(session.Environment.Out, Json(description, session.Configuration.Sources[type]));
                }

                // The names stand in the first column, which always has room.
                rows.Add([type, "", "", "", ""]);
                rows.AddRange(description.Fields.Select(Row));
            }
            catch (ConnectorException exception)
            {
                session.Environment.Error.WriteLine(exception.Message);
            }
        }

        if (!session.IsJson)
        {
            new Listing
            {
                Title = "Sources and their fields",
                WhenEmpty = "There are no sources.",
                Columns =
                [
                    new("source and field", 0),
                    new("type", 1, ColumnFallback.LeftOut),
                    new("required", 2, ColumnFallback.LeftOut),
                    new("default", 3, ColumnFallback.LeftOut),
                    new("meaning", 4, ColumnFallback.LeftOut),
                ],
                More = "More: elastic-ingest source show TYPE",
            }.Write(session.Environment, rows);
        }
    }

    /// <summary>Whether a connector can't be synced before somebody fills the field in.</summary>
    public static bool IsNeeded(ConfigField field) =>
        field is { Required: true, DefaultValue: null, DependsOn.Count: 0, InitialValue: null } && field.Type != ConfigFieldType.Boolean;

    /// <summary>The type of a field in a word.</summary>
    public static string Word(ConfigField field) =>
        field.Sensitive
            ? "secret"
            : field.Type switch
            {
                ConfigFieldType.Integer => "number",
                ConfigFieldType.Boolean => "true/false",
                ConfigFieldType.List => "list",
                _ => "text",
            };

    /// <summary>The default of a field as text; empty for none.</summary>
    public static string DefaultOf(ConfigField field) =>
        field.Sensitive ? "" : field.DefaultValue?.ToJsonString(JsonLine.Options).Trim('"') ?? "";

    /// <summary>A source for scripts.</summary>
    public static object Json(SourceDescription source, string className) =>
        new
        {
            kind = "source",
            source.ServiceType,
            source.Name,
            state = KnownSources.StateOfClass(source.ServiceType),
            @class = className,
            incremental = source.HasChangeFeed,
            advancedRules = source.CheckAdvancedRules is not null,
            fields = source.Fields.Select(field => new
            {
                field.Name,
                field.Label,
                type = Word(field),
                required = field is { Required: true, DefaultValue: null },
                @default = field.Sensitive ? null : field.DefaultValue,
                field.Tooltip,
                options = field.Options.Count == 0 ? null : field.Options.Select(option => option.Value),
                dependsOn = field.DependsOn.Count == 0 ? null : field.DependsOn.ToDictionary(other => other.Field, other => other.Value),
                validations = field.Validations.Count == 0
                    ? null
                    : field.Validations.Select(check => new { check.Type, check.Constraint }),
            }),
        };

    private static string[] Row(ConfigField field) =>
        [$"  {field.Name}", Word(field), Required(field), DefaultOf(field), field.Label];

    private static string Required(ConfigField field) =>
        field is not { Required: true, DefaultValue: null } ? ""
        : field.DependsOn.Count == 0 ? "yes"
        : "depends";
}
