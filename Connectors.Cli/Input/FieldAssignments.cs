using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Cli.Input;

/// <summary>Values of a source's fields on the command line: <c>--set field=value</c>.</summary>
internal static class FieldAssignments
{
    /// <summary>The option.</summary>
    public static Option<string[]> CreateOption() =>
        new("--set")
        {
            Description =
                "A value of the source's configuration; repeat it for each field. `source show TYPE` lists the fields. Instead of a "
                + $"value, above all of a secret: {IndirectValue.Forms}.",
            HelpName = "field=value",
            AllowMultipleArgumentsPerToken = false,
        };

    /// <summary>What has to be added to <c>connector edit ID</c> so that each field has a value that its source takes: an option for each
    /// that has none, with a blank before it.</summary>
    public static string Missing(IReadOnlyList<ConfigField> fields, JsonObject? configuration) =>
        string.Concat(fields.Where(field => ConfigurationValidator.Problems(configuration, fields, field).Count > 0).Select(Example));

    /// <summary>The fields that a new connector has to be told, as long as the others have their defaults.</summary>
    public static IEnumerable<ConfigField> Needed(IReadOnlyList<ConfigField> fields)
    {
        var defaults = ConnectorConfiguration.Render(fields);
        return fields.Where(field => ConfigurationValidator.Problems(defaults, fields, field).Count > 0);
    }

    /// <summary>How a field is set, with a blank before it; a secret by the environment.</summary>
    public static string Example(ConfigField field) =>
        $" --set {field.Name}={(field.Sensitive ? $"@env:{field.Name.ToUpperInvariant()}" : "...")}";

    /// <summary>The values, converted to the types of their fields.</summary>
    /// <exception cref="CliException">A field is unknown, or a value is not of its type or can't be read.</exception>
    public static Dictionary<string, JsonNode?> Read(
        IReadOnlyList<ConfigField> fields,
        IEnumerable<string> assignments,
        CliEnvironment environment
    )
    {
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            var cut = assignment.IndexOf('=', StringComparison.Ordinal);
            var name = cut < 0 ? assignment : assignment[..cut];
            var field = fields.FirstOrDefault(known => known.Name == name) ?? throw Unknown(name, fields);
            if (cut < 0)
            {
                throw new CliException(ExitCode.Usage, $"--set {name}: a value is missing. Write it as --set field=value.");
            }

            if (values.ContainsKey(name))
            {
                throw new CliException(ExitCode.Usage, $"--set {name}: given more than once. Leave the others out.");
            }

            var value = assignment[(cut + 1)..];
            var hasSecret = field.Sensitive || Redactor.Redact(value) != value;
            if (hasSecret && value.Length > 0 && IndirectValue.IsPlain(value))
            {
                environment.Error.WriteLine(
                    $"notice: the value of {name} {(field.Sensitive ? "is" : "holds")} a secret, and others may see it in the list of "
                        + $"processes. Write --set {name}=@FILE, @- or @env:NAME instead."
                );
            }

            values[name] = Convert(field, IndirectValue.Read($"--set {name}", value, environment), "--set ");
        }

        return values;
    }

    /// <summary>A text as the value of a field.</summary>
    /// <exception cref="CliException">It is not of the field's type.</exception>
    public static JsonValue? Convert(ConfigField field, string text, string prefix = "")
    {
        var shown = field.Sensitive ? "the value" : Redactor.Quote(text);
        return field.Type switch
        {
            ConfigFieldType.Integer when text.Length > 0 => int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                ? JsonValue.Create(number)
                : throw new CliException(ExitCode.Usage, $"{prefix}{field.Name}: {shown} is not a whole number."),
            ConfigFieldType.Boolean when text.Length > 0 => SourceSettings.BooleanOf(text) is { } flag
                ? JsonValue.Create(flag)
                : throw new CliException(ExitCode.Usage, $"{prefix}{field.Name}: {shown} is not true or false."),
            _ => JsonValue.Create(text),
        };
    }

    private static CliException Unknown(string name, IReadOnlyList<ConfigField> fields)
    {
        var near = KeySuggestion.Nearest(name, fields.Select(known => known.Name));
        return new CliException(
            ExitCode.Usage,
            $"--set {name}: there is no such field. "
                + (
                    near is not null ? $"Did you mean {near}?"
                    : fields.Count == 0 ? "The source has none."
                    : $"There are {string.Join(", ", fields.Select(known => known.Name))}."
                )
        );
    }
}
