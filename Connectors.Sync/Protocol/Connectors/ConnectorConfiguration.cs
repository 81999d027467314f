using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>A source's declared fields as the protocol's <c>configuration</c> JSON: what the service writes for a new connector, and what
/// it adds to one that was made by an older version. Pure.</summary>
internal static class ConnectorConfiguration
{
    /// <summary>All fields, with the values that a new connector begins with.</summary>
    public static JsonObject Render(IReadOnlyList<ConfigField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var configuration = new JsonObject();
        for (var i = 0; i < fields.Count; i++)
        {
            configuration[fields[i].Name] = Render(fields[i], i + 1);
        }

        return configuration;
    }

    /// <summary>All fields, with <paramref name="values"/> for those that are named there.</summary>
    /// <exception cref="ConnectorException">A value's name is no field.</exception>
    public static JsonObject Render(IReadOnlyList<ConfigField> fields, IReadOnlyDictionary<string, JsonNode?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var configuration = Render(fields);
        foreach (var (name, value) in values)
        {
            if (configuration[name] is not JsonObject field)
            {
                throw new ConnectorException(
                    fields.Count == 0
                        ? $"{name}: there is no such field. The source has none."
                        : $"{name}: there is no such field. There are: {string.Join(", ", fields.Select(known => known.Name))}."
                );
            }

            field["value"] = value?.DeepClone();
        }

        return configuration;
    }

    /// <summary>
    /// What has to be merged into <paramref name="existing"/> so that it has every field with every property; <see langword="null"/> when
    /// nothing is missing. Nothing that exists is changed.
    /// </summary>
    public static JsonObject? Missing(JsonObject? existing, IReadOnlyList<ConfigField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var missing = new JsonObject();
        for (var i = 0; i < fields.Count; i++)
        {
            var rendered = Render(fields[i], i + 1);
            switch (existing?[fields[i].Name])
            {
                case null:
                    missing[fields[i].Name] = rendered;
                    break;
                case JsonObject field:
                    // A tool-tip of null is dropped by the Connector API: that is no reason to write it again and again.
                    var absent = rendered.Where(pair => pair.Value is not null && !field.ContainsKey(pair.Key)).ToList();
                    if (absent.Count > 0)
                    {
                        missing[fields[i].Name] = new JsonObject(
                            absent.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
                        );
                    }

                    break;
                default:
                    // Not the protocol's form: reported by the validation, never overwritten.
                    break;
            }
        }

        return missing.Count > 0 ? missing : null;
    }

    private static JsonObject Render(ConfigField field, int order) =>
        new()
        {
            ["default_value"] = field.DefaultValue?.DeepClone(),
            ["depends_on"] = new JsonArray([
                .. field.DependsOn.Select(other => new JsonObject { ["field"] = other.Field, ["value"] = other.Value.DeepClone() }),
            ]),
            ["display"] = Display(field),
            ["label"] = field.Label,
            ["options"] = new JsonArray([
                .. field.Options.Select(option => new JsonObject { ["label"] = option.Label, ["value"] = option.Value }),
            ]),
            ["order"] = order,
            ["required"] = field.Required,
            ["sensitive"] = field.Sensitive,
            ["tooltip"] = field.Tooltip,
            ["type"] = field.Type switch
            {
                ConfigFieldType.Integer => "int",
                ConfigFieldType.Boolean => "bool",
                ConfigFieldType.List => "list",
                _ => "str",
            },
            ["ui_restrictions"] = new JsonArray([.. field.UiRestrictions.Select(place => JsonValue.Create(place))]),
            ["validations"] = new JsonArray([
                .. field.Validations.Select(check => new JsonObject
                {
                    ["type"] = check.Type,
                    ["constraint"] = check.Constraint.DeepClone(),
                }),
            ]),
            ["value"] = (field.InitialValue ?? field.DefaultValue)?.DeepClone()
                ?? (field.Type == ConfigFieldType.Boolean ? false : string.Empty),
        };

    private static string Display(ConfigField field) =>
        field.Display switch
        {
            ConfigDisplay.TextBox => "textbox",
            ConfigDisplay.TextArea => "textarea",
            ConfigDisplay.Numeric => "numeric",
            ConfigDisplay.Toggle => "toggle",
            ConfigDisplay.DropDown => "dropdown",
            _ when field.Options.Count > 0 => "dropdown",
            _ => field.Type switch
            {
                ConfigFieldType.Integer => "numeric",
                ConfigFieldType.Boolean => "toggle",
                // What Elastic's own service writes for a text box that is not said to be one.
                _ => "text",
            },
        };
}
