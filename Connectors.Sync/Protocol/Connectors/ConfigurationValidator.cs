using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>
/// Validates the user's values against the declared fields, with the messages of Elastic's own service and of Kibana's form, which name a
/// field by its label, after the name by which the command line and the connector's document know it. Pure; values of sensitive fields
/// never get into a message.
/// </summary>
internal static partial class ConfigurationValidator
{
    private const string PortField = "port";
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Everything that is wrong with <paramref name="configuration"/> (<c>{field: {value, ...}}</c>), one sentence per problem, each with
    /// the name of its field, in the order of the fields.
    /// </summary>
    public static IReadOnlyList<string> Problems(JsonObject? configuration, IReadOnlyList<ConfigField> fields) =>
        Problems(configuration, fields, _ => true);

    /// <summary>What is wrong with some of the fields, each with its name.</summary>
    public static IReadOnlyList<string> Problems(JsonObject? configuration, IReadOnlyList<ConfigField> fields, Func<string, bool> counts)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(counts);
        var byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        return
        [
            .. fields
                .Where(field => counts(field.Name))
                .SelectMany(field => Problems(field, configuration, byName).Select(problem => WithName(field, problem))),
        ];
    }

    /// <summary>Does nothing when the configuration is valid.</summary>
    /// <exception cref="ConnectorException">It is invalid; the message holds every problem.</exception>
    public static void Require(JsonObject? configuration, IReadOnlyList<ConfigField> fields)
    {
        var problems = Problems(configuration, fields);
        if (problems.Count > 0)
        {
            throw new ConnectorException($"Field validation errors: {string.Join(' ', problems)}");
        }
    }

    /// <summary>What is wrong with one field, for whoever names the field beside it.</summary>
    internal static IReadOnlyList<string> Problems(JsonObject? configuration, IReadOnlyList<ConfigField> fields, ConfigField field) =>
        [.. Problems(field, configuration, fields.ToDictionary(known => known.Name, StringComparer.Ordinal))];

    /// <summary>What is wrong with a value as seen from this machine, or <see langword="null"/>.</summary>
    internal static string? LocalProblem(ConfigField field, string value) => field.LocalCheck?.Invoke(value);

    /// <summary>Whether a field applies: all fields that it depends on have the required values.</summary>
    internal static bool Counts(JsonObject? configuration, IReadOnlyList<ConfigField> fields, ConfigField field) =>
        Counts(field, configuration, fields.ToDictionary(known => known.Name, StringComparer.Ordinal));

    private static bool Counts(ConfigField field, JsonObject? configuration, Dictionary<string, ConfigField> fields) =>
        field.DependsOn.All(other => Equal(ValueOf(other.Field, configuration, fields), other.Value));

    private static IEnumerable<string> Problems(ConfigField field, JsonObject? configuration, Dictionary<string, ConfigField> fields)
    {
        var entry = configuration?[field.Name];
        if (entry is not null and not JsonObject)
        {
            yield return $"'{field.Label}' is not an object with a 'value'. Fix '{field.Name}' in the connector's configuration, or "
                + "remove it to have it written again.";
            yield break;
        }

        if (!Counts(field, configuration, fields))
        {
            yield break;
        }

        var value = (entry as JsonObject)?["value"];
        if (IsBlank(value))
        {
            if (field.Required && field.DefaultValue is null)
            {
                yield return $"'{field.Label}' cannot be empty.";
            }

            yield break;
        }

        if (TypeProblem(field, value!) is { } problem)
        {
            yield return problem;
            yield break;
        }

        if (field.TakesNoUrl && fields.ContainsKey(PortField) && PortIn(TextOf(value)) is { Length: > 0 } port)
        {
            yield return $"'{field.Label}' takes the name or the address of a server and no port. Put the port, {port}, into the field "
                + $"{PortField}.";
        }

        if (
            field.TakesNoUrl
            && TextOf(value) is var host
            && (host.Contains("://", StringComparison.Ordinal) || host.Contains('@', StringComparison.Ordinal))
        )
        {
            yield return $"'{field.Label}' takes the name or the address of a server and no URL. Put port, user and password into their "
                + "own fields.";
        }

        if (field.TakesPath && !IsAbsolutePath(TextOf(value)))
        {
            yield return $"{Named(field, value)} is no absolute path. Write the whole of it, such as /srv/documents.";
        }

        if (field.Options.Count > 0 && !field.Options.Any(option => option.Value == TextOf(value)))
        {
            yield return $"{Named(field, value)} should be one of {string.Join(", ", field.Options.Select(option => option.Value))}.";
        }

        foreach (var failed in field.Validations.SelectMany(check => ValidationProblems(field, value!, check)))
        {
            yield return failed;
        }
    }

    /// <summary>A sentence, all of which begin with the label, with the name before it. After a colon the label of a secret would be taken
    /// for the secret, and be masked.</summary>
    private static string WithName(ConfigField field, string problem) =>
        $"{field.Name} ('{field.Label}'){problem[(field.Label.Length + 2)..]}";

    /// <summary>The port behind the name or the address of a server; empty when there is none, as in an address of IPv6.</summary>
    private static string PortIn(string host) => HostWithPort().Match(host.Trim()).Groups["port"].Value;

    // On whichever system: a connector may be made on another machine than the one that reads.
    private static bool IsAbsolutePath(string path) =>
        path is ['/' or '\\', ..] or [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ':', '/' or '\\', ..];

    private static string? TypeProblem(ConfigField field, JsonNode value) =>
        field.Type switch
        {
            ConfigFieldType.Integer when !TryNumber(value, out _) => $"'{field.Label}' must be an integer.",
            ConfigFieldType.Boolean when !IsBoolean(value) => $"'{field.Label}' must be true or false.",
            ConfigFieldType.Text when value is JsonObject or JsonArray => $"'{field.Label}' must be a text.",
            ConfigFieldType.List when value is JsonObject => $"'{field.Label}' must be a list.",
            _ => null,
        };

    private static IEnumerable<string> ValidationProblems(ConfigField field, JsonNode value, ConfigValidation check) =>
        check.Type switch
        {
            "less_than" when TryNumber(check.Constraint, out var limit) && !(TryNumber(value, out var small) && small < limit) =>
            [
                $"{Named(field, value)} should be less than {limit}.",
            ],
            "greater_than" when TryNumber(check.Constraint, out var limit) && !(TryNumber(value, out var large) && large > limit) =>
            [
                $"{Named(field, value)} should be greater than {limit}.",
            ],
            "list_type" when TextOf(check.Constraint) == "int" => Items(value)
                .Where(item => !TryNumber(item, out _))
                .Select(item => $"{NamedItem(field, item)} should be of type int."),
            "included_in" when check.Constraint is JsonArray allowed => Items(value)
                .Where(item => !allowed.Any(one => Equal(one, item)))
                .Select(item => $"{NamedItem(field, item)} should be one of {string.Join(", ", allowed.Select(TextOf))}."),
            "regex" when TextOf(check.Constraint) is { } pattern && !IsMatch(TextOf(value), pattern) =>
            [
                $"{Named(field, value)} failed regex check {pattern}.",
            ],

            // A check that this version doesn't know must not lock a connector out.
            _ => [],
        };

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
    private static bool Equal(JsonNode? left, JsonNode? right) =>
        string.Equals(TextOf(left), TextOf(right), StringComparison.OrdinalIgnoreCase);

    private static bool IsBlank(JsonNode? value) =>
        value switch
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

    private static IEnumerable<JsonNode?> Items(JsonNode value) =>
        value is JsonArray array
            ? array
            : TextOf(value)
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(part => (JsonNode?)JsonValue.Create(part));

    private static string Named(ConfigField field, JsonNode? value) => $"'{field.Label}' value{Shown(field, value)}";

    private static string NamedItem(ConfigField field, JsonNode? item) => $"'{field.Label}' list value{Shown(field, item)}";

    // What was entered in the wrong field may be a secret as well.
    private static string Shown(ConfigField field, JsonNode? value) =>
        !field.Sensitive && Redactor.Quote(TextOf(value)) is ['"', .. var harmless, '"'] ? $" '{harmless}'" : string.Empty;

    private static string TextOf(JsonNode? value) =>
        value switch
        {
            null => string.Empty,
            JsonValue text when text.TryGetValue<string>(out var entered) => entered,
            _ => value.ToJsonString(),
        };

    // SQL Server's own tools write a comma before the port.
    [GeneratedRegex("^([^:,/@]+|\\[[^]]*\\])[:,](?<port>[0-9]{1,5})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostWithPort();
}
