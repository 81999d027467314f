using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Cli.Output.Listings;

/// <summary>What a field's validations say of its value, in words.</summary>
internal static class FieldLimits
{
    /// <summary>A phrase for each: <c>1 to 100</c>, <c>matching ^https://.*</c>.</summary>
    public static IEnumerable<string> Of(ConfigField field)
    {
        var (least, most) = (Limit(field, "greater_than", +1), Limit(field, "less_than", -1));
        if (least is not null || most is not null)
        {
            yield return most is null ? $"at least {least}"
                : least is null ? $"at most {most}"
                : $"{least} to {most}";
        }

        foreach (var check in field.Validations)
        {
            switch (check.Type)
            {
                case "regex":
                    yield return $"matching {Text(check.Constraint)}";
                    break;
                case "included_in" when check.Constraint is JsonArray allowed:
                    yield return $"any of {string.Join(", ", allowed.Select(Text))}";
                    break;
                case "list_type" when Text(check.Constraint) == "int":
                    yield return "of whole numbers";
                    break;
            }
        }
    }

    // The protocol's limits are the first numbers that are too small or too large.
    private static string? Limit(ConfigField field, string type, long step)
    {
        var limits = field
            .Validations.Where(check => check.Type == type)
            .Select(check => long.TryParse(Text(check.Constraint), CultureInfo.InvariantCulture, out var number) ? number : (long?)null)
            .OfType<long>()
            .ToArray();
        return limits.Length == 0
            ? null
            : ((step > 0 ? limits.Max() : limits.Min()) + step).ToString(CultureInfo.InvariantCulture);
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "null";
}
