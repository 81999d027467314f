using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Sync.Configuration;

namespace Connectors.Sync.Protocol;

/// <summary>Holds what the user entered against the declared fields. Pure; values of sensitive fields never get into a message.</summary>
internal static class ConfigurationCheck
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Everything that is wrong with <paramref name="configuration"/> (<c>{field: {value, ...}}</c>), one sentence each, in the order of the fields.</summary>
    public static IReadOnlyList<string> Problems(JsonObject? configuration, IReadOnlyList<ConfigField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        return [.. fields.SelectMany(field => Problems(field, configuration, byName))];
    }

    /// <summary>Does nothing when the configuration is right.</summary>
    /// <exception cref="ConnectorException">It isn't; the message holds every problem.</exception>
    public static void Require(JsonObject? configuration, IReadOnlyList<ConfigField> fields)
    {
        var problems = Problems(configuration, fields);
        if (problems.Count > 0)
        {
            throw new ConnectorException(string.Join(' ', problems));
        }
    }

    private static IEnumerable<string> Problems(ConfigField field, JsonObject? configuration, Dictionary<string, ConfigField> fields)
    {
        var entry = configuration?[field.Name];
        if (entry is not null and not JsonObject)
        {
            yield return $"{field.Name}: not an object with a 'value'. Mend it, or remove it so that it is written anew.";
            yield break;
        }

        if (!field.DependsOn.All(other => Equal(ValueOf(other.Field, configuration, fields), other.Value)))
        {
            yield break;
        }

        var value = (entry as JsonObject)?["value"];
        if (IsBlank(value))
        {
            if (field.Required && field.DefaultValue is null)
            {
                yield return $"{field.Name}: required, but empty. Set it in the connector's configuration.";
            }

            yield break;
        }

        if (TypeProblem(field, value!) is { } problem)
        {
            yield return problem;
            yield break;
        }

        if (field.Options.Count > 0 && !field.Options.Any(option => option.Value == TextOf(value)))
        {
            yield return $"{field.Name}: {Shown(field, value)} is none of {string.Join(", ", field.Options.Select(option => option.Value))}.";
        }

        foreach (var check in field.Validations)
        {
            if (ValidationProblem(field, value!, check) is { } failed)
            {
                yield return failed;
            }
        }
    }

    private static string? TypeProblem(ConfigField field, JsonNode value) => field.Type switch
    {
        ConfigFieldType.Integer when !TryNumber(value, out _) => $"{field.Name}: {Shown(field, value)} is not a whole number.",
        ConfigFieldType.Boolean when !IsBoolean(value) => $"{field.Name}: {Shown(field, value)} is not true or false.",
        ConfigFieldType.Text when value is JsonObject or JsonArray => $"{field.Name}: {Shown(field, value)} is not a text.",
        ConfigFieldType.List when value is JsonObject => $"{field.Name}: {Shown(field, value)} is not a list.",
        _ => null,
    };

    private static string? ValidationProblem(ConfigField field, JsonNode value, ConfigValidation check)
    {
        switch (check.Type)
        {
            case "less_than" when TryNumber(check.Constraint, out var limit):
                return TryNumber(value, out var small) && small < limit ? null : $"{field.Name}: {Shown(field, value)} is not less than {limit}.";
            case "greater_than" when TryNumber(check.Constraint, out var limit):
                return TryNumber(value, out var large) && large > limit ? null : $"{field.Name}: {Shown(field, value)} is not greater than {limit}.";
            case "list_type" when TextOf(check.Constraint) == "int":
                return Items(value).All(item => TryNumber(item, out _)) ? null : $"{field.Name}: {Shown(field, value)} is not a list of whole numbers.";
            case "included_in" when check.Constraint is JsonArray allowed:
                var strangers = Items(value).Where(item => !allowed.Any(one => Equal(one, item))).ToList();
                return strangers.Count == 0
                    ? null
                    : $"{field.Name}: {(field.Sensitive ? "the value" : string.Join(", ", strangers.Select(item => $"'{TextOf(item)}'")))} is none of {string.Join(", ", allowed.Select(TextOf))}.";
            case "regex" when TextOf(check.Constraint) is { } pattern:
                return IsMatch(TextOf(value), pattern) ? null : $"{field.Name}: {Shown(field, value)} does not match {pattern}.";
            default:
                // A check that this version doesn't know must not lock a connector out.
                return null;
        }
    }

    private static bool IsMatch(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.CultureInvariant, RegexTimeout);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static JsonNode? ValueOf(string name, JsonObject? configuration, Dictionary<string, ConfigField> fields)
    {
        var entered = (configuration?[name] as JsonObject)?["value"];
        return IsBlank(entered) && fields.TryGetValue(name, out var field) ? field.DefaultValue : entered;
    }

    // Kibana stores numbers and booleans as text now and then.
    private static bool Equal(JsonNode? left, JsonNode? right) => string.Equals(TextOf(left), TextOf(right), StringComparison.OrdinalIgnoreCase);

    private static bool IsBlank(JsonNode? value) => value switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonValue text when text.TryGetValue<string>(out var entered) => string.IsNullOrWhiteSpace(entered),
        _ => false,
    };

    private static bool IsBoolean(JsonNode value) =>
        value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
        || TextOf(value).Trim().ToLowerInvariant() is "true" or "false" or "1" or "0" or "yes" or "no" or "on" or "off";

    private static bool TryNumber(JsonNode? value, out long number)
    {
        number = 0;
        return value is JsonValue && long.TryParse(TextOf(value).Trim(), CultureInfo.InvariantCulture, out number);
    }

    private static IEnumerable<JsonNode?> Items(JsonNode value) => value is JsonArray array
        ? array
        : TextOf(value).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => (JsonNode?)JsonValue.Create(part));

    private static string Shown(ConfigField field, JsonNode? value) => field.Sensitive ? "the value" : $"'{TextOf(value)}'";

    private static string TextOf(JsonNode? value) => value switch
    {
        null => string.Empty,
        JsonValue text when text.TryGetValue<string>(out var entered) => entered,
        _ => value.ToJsonString(),
    };
}
