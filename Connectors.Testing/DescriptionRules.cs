using System.Text.Json;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <summary>What the fields of a source must keep for Kibana to show them and the service to judge them.</summary>
internal static class DescriptionRules
{
    private static readonly string[] ValidationTypes = ["less_than", "greater_than", "list_type", "included_in", "regex"];
    private static readonly string[] SecretWords = ["password", "secret", "token", "private_key"];

    public static void Check(IReadOnlyList<ConfigField> fields)
    {
        Assert.Equal(fields.Count, fields.Select(field => field.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (var field in fields)
        {
            Assert.Matches("^[a-z][a-z0-9_]*$", field.Name);
            Assert.False(string.IsNullOrWhiteSpace(field.Label), field.Name);
            foreach (var value in new[] { field.DefaultValue, field.InitialValue })
            {
                Assert.True(value is null || Fits(field.Type, value.GetValueKind()), $"{field.Name}: a {field.Type} can't be {value}");
            }

            Assert.All(field.Validations, validation => Assert.Contains(validation.Type, ValidationTypes));
            Assert.All(field.DependsOn, dependency => Assert.Contains(fields, other => other.Name == dependency.Field && other != field));
            Assert.True(
                field.Sensitive
                    || field.Type != ConfigFieldType.Text
                    || !SecretWords.Any(word => field.Name.Contains(word, StringComparison.Ordinal)),
                $"{field.Name} sounds secret"
            );
            if (field.Options.Count > 0)
            {
                Assert.Equal(ConfigDisplay.DropDown, field.Display);
                Assert.True(
                    field.DefaultValue is null || field.Options.Any(option => option.Value == field.DefaultValue.GetValue<string>()),
                    field.Name
                );
            }
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
}
