using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>The fields that a source of somebody's own declares: wrong ones are told before anybody is asked for them, as they would make
/// connectors that nobody can judge.</summary>
internal static class DeclaredFields
{
    /// <summary>What is wrong with them, as the end of a sentence that begins with the description; <see langword="null"/> when nothing
    /// is.</summary>
    public static string? Problem(IReadOnlyList<ConfigField>? fields)
    {
        if (fields is null || fields.Any(field => field is null || string.IsNullOrEmpty(field.Name) || field.Label is null))
        {
            return "has a field without a name or a label, or no list of fields";
        }

        if (fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } several)
        {
            return $"declares the field '{several.Key}' {several.Count()} times";
        }

        return fields.Select(ProblemOfPattern).FirstOrDefault(problem => problem is not null);
    }

    private static string? ProblemOfPattern(ConfigField field)
    {
        foreach (var check in field.Validations.Where(check => check.Type == "regex" && check.Constraint is not null))
        {
            try
            {
                _ = new Regex(check.Constraint.ToString(), RegexOptions.None, TimeSpan.FromSeconds(1));
            }
            catch (RegexParseException wrong)
            {
                return $"checks the field '{field.Name}' by a regular expression that can't be read: {Sentences.Inner(wrong.Message)}";
            }
        }

        return null;
    }
}
