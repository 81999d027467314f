using System.Text.Json.Nodes;
using Connectors.Sync.Configuration;

namespace Connectors.Sync.Sources.Directory;

/// <summary>The fields of a <c>dir</c> connector, under the Python service's names.</summary>
internal sealed record DirectoryConfiguration(string Root, GlobPattern Pattern)
{
    private const string DirectoryField = "directory";
    private const string PatternField = "pattern";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(DirectoryField, "Directory path")
        {
            Tooltip = "A folder on the machine that runs the service, as an absolute path.",
        },
        new(PatternField, "File glob-like pattern")
        {
            DefaultValue = "**/*.*",
            Tooltip = "Which files, relative to the directory: ** is any number of folders, * any text within a name. **/*.* is every file with a dot in its name.",
        },
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static DirectoryConfiguration From(SourceSettings settings, JsonNode? rules = null)
    {
        var directory = settings.GetRequiredString(DirectoryField);
        if (directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new ConnectorException("directory: holds a NUL character. Give the path of a folder.");
        }

        return new DirectoryConfiguration(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)),
            rules is JsonArray patterns ? GlobPattern.Parse(patterns.Select(rule => RuleText.Of(rule?[PatternField]) ?? string.Empty)) : GlobPattern.Parse(settings.GetString(PatternField).Trim()));
    }

    /// <summary>What is wrong with advanced rules, <c>[{"pattern": "docs/**/*.md"}, ...]</c>: they take the place of the field's pattern.</summary>
    public static IReadOnlyList<string> CheckRules(JsonNode rules)
    {
        if (rules is not JsonArray { Count: > 0 } patterns)
        {
            return ["Write a list of patterns: [{\"pattern\": \"docs/**/*.md\"}, {\"pattern\": \"*.txt\"}]."];
        }

        var problems = new List<string>();
        for (var number = 0; number < patterns.Count; number++)
        {
            if (patterns[number] is not JsonObject rule || RuleText.Of(rule[PatternField]) is not { } pattern)
            {
                problems.Add($"Rule {number + 1}: must be an object with a pattern, a text.");
                continue;
            }

            problems.AddRange(RuleText.Unknown(rule, $"Rule {number + 1}", PatternField));
            try
            {
                GlobPattern.Parse(pattern);
            }
            catch (ConnectorException wrong)
            {
                problems.Add($"Rule {number + 1}: {wrong.Message}");
            }
        }

        return problems;
    }
}
