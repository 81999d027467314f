using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Cli.Input;
using Connectors.Cli.Output;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Cli.Init;

/// <summary>Asks for the fields of a source, as its declaration says: label, meaning, default, secrecy, choices, dependencies and
/// checks.</summary>
/// <param name="ask">Asks.</param>
/// <param name="fields">The fields.</param>
/// <param name="environment">Where an answer may stand: see <see cref="IndirectValue"/>.</param>
internal sealed class FieldPrompts(Prompts ask, IReadOnlyList<ConfigField> fields, CliEnvironment environment)
{
    private const string Elsewhere =
        "An answer may be @FILE or @env:NAME as well: for a secret, or a text of several lines such as a PEM text. @@ begins one with a "
        + "plain @.";

    /// <summary>Asks for every field that counts and is not <paramref name="given"/>; answers of an earlier round are the
    /// defaults.</summary>
    /// <param name="values">The answers; filled here.</param>
    /// <param name="given">Fields that are not asked for.</param>
    public async Task AskAsync(Dictionary<string, JsonNode?> values, IReadOnlySet<string> given)
    {
        var asked = fields.Where(field => !given.Contains(field.Name)).ToList();
        if (asked.Any(IsText))
        {
            ask.Say(Elsewhere);
        }

        bool Counts(ConfigField field) => ConfigurationValidator.Counts(ConnectorConfiguration.Render(fields, values), fields, field);
        foreach (var field in asked.Where(field => !IsAdvanced(field)))
        {
            if (Counts(field))
            {
                await AskAsync(field, values);
            }
        }

        var advanced = asked.Where(IsAdvanced).ToList();
        if (advanced.Exists(Counts) && await ask.ConfirmAsync("Change advanced settings too?", byDefault: false))
        {
            foreach (var field in advanced)
            {
                if (Counts(field))
                {
                    await AskAsync(field, values);
                }
            }
        }
    }

    private static bool IsAdvanced(ConfigField field) =>
        field.UiRestrictions.Contains("advanced") && (!field.Required || field.DefaultValue is not null);

    private static bool IsText(ConfigField field) => field.Type is ConfigFieldType.Text or ConfigFieldType.List && field.Options.Count == 0;

    private async Task AskAsync(ConfigField field, Dictionary<string, JsonNode?> values)
    {
        if (field.Tooltip is { } tooltip)
        {
            ask.Say(tooltip);
        }

        var now = values.GetValueOrDefault(field.Name) ?? field.InitialValue ?? field.DefaultValue;
        var text =
            now is null ? null
            : now is JsonValue value && value.TryGetValue<string>(out var written) ? written
            : now.ToJsonString(JsonLine.Options);
        if (field.Type == ConfigFieldType.Boolean)
        {
            values[field.Name] = await ask.ConfirmAsync(field.Label, bool.TryParse(text, out var flag) && flag);
        }
        else if (field.Options.Count > 0)
        {
            var start = field.Options.Select(option => option.Value).ToList().IndexOf(text ?? "");
            values[field.Name] = field
                .Options[await ask.ChooseAsync($"{field.Label}?", [.. field.Options.Select(option => option.Label)], Math.Max(0, start))]
                .Value;
        }
        else
        {
            var byDefault = text is ['@', ..] ? $"@{text}" : text ?? (field.Required ? null : "");
            var answer = await ask.TextAsync(field.Label, byDefault, field.Sensitive, written => ProblemOf(field, written, values));
            values[field.Name] = Read(field, answer);
        }
    }

    private JsonValue? Read(ConfigField field, string answer) =>
        answer == "@-"
            ? throw new CliException(ExitCode.Usage, "@-: standard input is where the answers come from. Write @FILE or @env:NAME.")
            : FieldAssignments.Convert(field, IndirectValue.Read(field.Name, answer, environment));

    private string? ProblemOf(ConfigField field, string answer, Dictionary<string, JsonNode?> values)
    {
        try
        {
            var tried = new Dictionary<string, JsonNode?>(values, StringComparer.Ordinal) { [field.Name] = Read(field, answer) };
            var text = tried[field.Name]?.ToString() ?? "";

            // A look at this machine tells more of what was meant.
            return !string.IsNullOrWhiteSpace(text) && ConfigurationValidator.LocalProblem(field, text) is { } here ? here
                : ConfigurationValidator.Problems(ConnectorConfiguration.Render(fields, tried), fields, field) is [var problem, ..]
                    ? problem
                : null;
        }
        catch (CliException wrong)
        {
            return wrong.Message;
        }
    }
}
