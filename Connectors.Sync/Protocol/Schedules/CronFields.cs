using System.Globalization;
using System.Text.RegularExpressions;

namespace Connectors.Sync.Protocol.Schedules;

/// <summary>The ranges of a cron expression's fields. What else makes an expression one is the parser's business.</summary>
internal static partial class CronFields
{
    private static readonly Field[] Fields =
    [
        new("second", 0, 59, "0 and 59"),
        new("minute", 0, 59, "0 and 59"),
        new("hour", 0, 23, "0 and 23"),
        new("day of month", 1, 31, "1 and 31"),
        new("month", 1, 12, "1 (January) and 12"),
        new("day of week", 1, 7, "1 (Sunday) and 7 (Saturday)"),
    ];

    /// <summary>The first number that its field can't have, as the end of a sentence; <see langword="null"/> when there is none, or when
    /// the fields are not as many as an expression has.</summary>
    public static string? Problem(string expression)
    {
        var parts = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < Fields.Length
            ? null
            : Fields
                .Zip(parts)
                .SelectMany(pair => pair.Second.Split(',').Select(item => Problem(pair.First, item)))
                .FirstOrDefault(problem => problem is not null);
    }

    private static string? Problem(Field field, string item)
    {
        var match = Item().Match(item);
        if (!match.Success)
        {
            return null;
        }

        if (match.Groups["range"].Success && match.Groups["last"].Value.Length == 0)
        {
            return $"the range '{item}' of the {field.Name} has no end";
        }

        if (
            IsOutside(match.Groups["first"].Value, field.From, field.To) || IsOutside(match.Groups["last"].Value, field.From, field.To)
        )
        {
            return $"the {field.Name} '{item}' is not between {field.Range}";
        }

        return IsOutside(match.Groups["step"].Value, 1, field.To)
            ? $"the step '{item}' of the {field.Name} is not between 1 and {field.To}"
            : null;
    }

    /// <summary>Whether a text begins with a number, as <c>32W</c> and <c>8#2</c> do, that is not in the range.</summary>
    private static bool IsOutside(string text, int from, int to)
    {
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        return digits.Length > 0
            && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to);
    }

    // L-3 is no range: it counts back from the last day.
    [GeneratedRegex(
        "^(?<first>\\*|[0-9][^/-]*|[A-Za-z]{3}[^/-]*)?(?<range>-(?<last>[^/]*))?(/(?<step>.*))?$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Item();

    private sealed record Field(string Name, int From, int To, string Range);
}
