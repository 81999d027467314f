using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <summary>What the description of a source must keep for Kibana to show its fields and the service to judge them.</summary>
internal static partial class DescriptionRules
{
    private const string NameRule = "begin with a small letter, and use small letters, digits and '_' only";
    private static readonly string[] ValidationTypes = ["less_than", "greater_than", "list_type", "included_in", "regex"];
    private static readonly string[] SecretWords = ["password", "secret", "token", "private_key", "api_key"];

    public static void Check(IDataSource source, IEnumerable<string> configured)
    {
        var problems = Problems(source.Description, configured).Concat(ProblemsOfAbilities(source)).ToArray();
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    /// <summary>What is wrong, a sentence each.</summary>
    public static IEnumerable<string> Problems(SourceDescription description, IEnumerable<string> configured)
    {
        var fields = description.Fields;
        if (!Name().IsMatch(description.ServiceType))
        {
            yield return $"Description.ServiceType is '{description.ServiceType}': {NameRule}.";
        }

        if (string.IsNullOrWhiteSpace(description.Name))
        {
            yield return "Description.Name is empty: say in a word or two what people know the source by.";
        }

        foreach (var name in fields.GroupBy(field => field.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return $"Field '{name.Key}' is declared {name.Count()} times: give each a name of its own.";
        }

        foreach (var problem in fields.SelectMany(field => Problems(field, fields).Select(problem => $"Field '{field.Name}': {problem}")))
        {
            yield return problem;
        }

        foreach (var name in configured.Where(name => fields.All(field => field.Name != name)))
        {
            yield return $"The fixture's Values has '{name}', which is no field of the source: declare it in Description.Fields, or leave "
                + "it out.";
        }
    }

    private static IEnumerable<string> ProblemsOfAbilities(IDataSource source)
    {
        var description = source.Description;
        foreach (
            var (property, isSaid, type, isThere, what) in new[]
            {
                (
                    nameof(description.HasChangeFeed),
                    description.HasChangeFeed,
                    nameof(IChangeFeed),
                    source is IChangeFeed,
                    "incremental syncs"
                ),
                (
                    nameof(description.HasAccessControl),
                    description.HasAccessControl,
                    nameof(IAccessControlSource),
                    source is IAccessControlSource,
                    "access control"
                ),
            }
        )
        {
            if (isThere && !isSaid)
            {
                yield return $"The source implements {type}, and its Description does not say {property} = true, so it has no {what}: say "
                    + $"it, or leave {type} out.";
            }
            else if (isSaid && !isThere)
            {
                yield return $"Description.{property} is true, and the source does not implement {type}: implement it, or leave {property} "
                    + "out.";
            }
        }
    }

    private static IEnumerable<string> Problems(ConfigField field, IReadOnlyList<ConfigField> fields)
    {
        if (!Name().IsMatch(field.Name))
        {
            yield return $"its name: {NameRule}.";
        }

        if (string.IsNullOrWhiteSpace(field.Label))
        {
            yield return "its Label is empty: say what Kibana shows beside the input.";
        }

        foreach (var (property, value) in Values(field))
        {
            if (!Fits(field.Type, value.GetValueKind()))
            {
                yield return $"its {property} is {value.ToJsonString()}, which no field of the type {field.Type} can hold: give one of its "
                    + "type, or set Type.";
            }
        }

        foreach (var validation in field.Validations.Where(validation => !ValidationTypes.Contains(validation.Type)))
        {
            yield return $"nothing checks a validation of the type '{validation.Type}': take one of {string.Join(", ", ValidationTypes)}.";
        }

        foreach (var check in field.Validations.Where(check => check.Type == "regex"))
        {
            if (PatternProblem($"{check.Constraint}") is { } problem)
            {
                yield return $"its regex, {check.Constraint}, can't be read: {problem}";
            }
        }

        foreach (var other in field.DependsOn.Select(dependency => dependency.Field))
        {
            if (other == field.Name || fields.All(known => known.Name != other))
            {
                yield return $"it depends on '{other}', which is no other field of the source: name one that is in Description.Fields.";
            }
        }

        if (
            !field.Sensitive
            && field.Type == ConfigFieldType.Text
            && SecretWords.Any(word => field.Name.Contains(word, StringComparison.Ordinal))
        )
        {
            yield return "it sounds secret: set Sensitive, or give it another name.";
        }

        foreach (var problem in ProblemsOfOptions(field))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> ProblemsOfOptions(ConfigField field)
    {
        if (field.Options.Count == 0)
        {
            yield break;
        }

        if (field.Display is not (null or ConfigDisplay.DropDown))
        {
            yield return $"it has Options, which its Display, {field.Display}, does not show: leave Display out, and it is a drop-down.";
        }

        foreach (var part in field.DefaultValue is JsonArray several ? several.ToArray() : [field.DefaultValue])
        {
            if (part is not null && field.Options.All(option => option.Value != part.ToString()))
            {
                yield return $"its DefaultValue, {part.ToJsonString()}, is none of its Options: take one of "
                    + $"{string.Join(", ", field.Options.Select(option => option.Value))}.";
            }
        }
    }

    private static IEnumerable<(string Property, JsonNode Value)> Values(ConfigField field)
    {
        if (field.DefaultValue is { } byDefault)
        {
            yield return (nameof(field.DefaultValue), byDefault);
        }

        if (field.InitialValue is { } initial)
        {
            yield return (nameof(field.InitialValue), initial);
        }
    }

    private static string? PatternProblem(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (RegexParseException wrong)
        {
            return wrong.Message;
        }
    }

    private static bool Fits(ConfigFieldType type, JsonValueKind kind) =>
        type switch
        {
            ConfigFieldType.Text => kind is JsonValueKind.String,
            ConfigFieldType.Integer => kind is JsonValueKind.Number,
            ConfigFieldType.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
            _ => kind is JsonValueKind.Array or JsonValueKind.String,
        };

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
