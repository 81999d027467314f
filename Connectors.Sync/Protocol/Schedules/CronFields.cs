using System.Globalization;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Schedules;

/// <summary>The fields of a cron expression: what each may hold, and in which words it is told when it doesn't. The library's own words
/// name neither the field nor what is allowed, and it skips what it does not know behind a value.</summary>
internal static partial class CronFields
{
    /// <summary>How many fields an expression has without a year.</summary>
    private const int Least = 6;

    private static readonly Field[] Fields =
    [
        new("second", 0, 59, "0 and 59", "0 to 59, *, a range such as 0-30, a step such as */15"),
        new("minute", 0, 59, "0 and 59", "0 to 59, *, a range such as 0-30, a step such as */15"),
        new("hour", 0, 23, "0 and 23", "0 to 23, *, a range such as 8-18, a step such as */6"),
        new("day of month", 1, 31, "1 and 31", "1 to 31, *, ?, L (the last), L-3, LW, 15W, a range such as 1-7, a step such as */2")
        {
            Special = DayOfMonth(),
        },
        new("month", 1, 12, "1 (January) and 12", "1 to 12, JAN to DEC, *, a range such as 4-9, a step such as */3")
        {
            Names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
        },
        new(
            "day of week",
            1,
            7,
            "1 (Sunday) and 7 (Saturday)",
            "1 (Sunday) to 7, SUN to SAT, *, ?, FRIL (the last of the month), FRI#2 (the second), a range such as MON-FRI"
        )
        {
            Names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
            Special = DayOfWeek(),
        },
        new("year", 1970, 2099, "1970 and 2099", "1970 to 2099, *, a range such as 2026-2030, a step such as 2026/2"),
    ];

    /// <summary>What is wrong with the fields, as the end of a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? Problem(string expression)
    {
        var parts = Split(expression);
        return parts.Length switch
        {
            0 => "it is empty",
            Least - 1 => "it has 5 fields, the first one (seconds) is missing",
            < Least => $"it has {Quantity.Of(parts.Length, "field")}",
            > Least + 1 => $"it has {parts.Length} fields, the year is the last one there can be",
            _ => Fields.Zip(parts, Problem).FirstOrDefault(problem => problem is not null) ?? DaysProblem(parts),
        };
    }

    /// <summary>Whether both days are named. Quartz for .NET takes that, but Elasticsearch and Kibana refuse it.</summary>
    public static bool NamesBothDays(string expression) => NamesBothDays(Split(expression));

    /// <summary>The first range that goes over the end of its field, as a sentence; <see langword="null"/> when none does. That is one of
    /// Quartz and of Elasticsearch, but may be two numbers that were mixed up, and Elastic's Python service can't read it.</summary>
    public static string? Wrapped(string expression) =>
        Fields
            .Zip(Split(expression))
            .SelectMany(pair => pair.Second.Split(',').Select(item => Wrapped(pair.First, item)))
            .FirstOrDefault(sentence => sentence is not null);

    private static string[] Split(string expression) => expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool NamesBothDays(string[] parts) => parts is [_, _, _, not "?", _, not "?", ..];

    private static string? DaysProblem(string[] parts) =>
        parts switch
        {
            [_, _, _, "?", _, "?", ..] => "day of month and day of week can't both be '?'",
            _ when NamesBothDays(parts) => "day of month or day of week has to be '?'",
            _ => null,
        };

    private static string? Problem(Field field, string text)
    {
        var items = text.ToUpperInvariant().Split(',');
        if (items.Length > 1 && items.Contains(""))
        {
            return $"the list '{text}' of the {field.Name} has an empty place";
        }

        return items.Length > 1 && items.FirstOrDefault(field.StandsAlone) is { } alone
            ? $"'{alone}' can't be in a list, as in the {field.Name} '{text}'"
            : items.Zip(text.Split(',')).Select(item => Problem(field, item.First, item.Second)).FirstOrDefault(found => found is not null);
    }

    private static string? Problem(Field field, string item, string shown)
    {
        if (field.Special?.IsMatch(item) == true)
        {
            return IsOutside(item, field) ? $"the {field.Name} '{shown}' is not between {field.Range}" : null;
        }

        var match = Item().Match(item);
        var (first, last, step) = (match.Groups["first"].Value, match.Groups["last"].Value, match.Groups["step"].Value);
        if (match.Groups["range"].Success && last.Length == 0)
        {
            return $"the range '{shown}' of the {field.Name} has no end";
        }

        if (IsOutside(first, field) || IsOutside(last, field))
        {
            return $"the {field.Name} '{shown}' is not between {field.Range}";
        }

        if (IsNumber(step) && !(int.TryParse(step, CultureInfo.InvariantCulture, out var every) && every >= 1 && every <= field.To))
        {
            return $"the step '{shown}' of the {field.Name} is not between 1 and {field.To}";
        }

        if (!match.Success || !field.Takes(first, last) || (match.Groups["by"].Success && !IsNumber(step)))
        {
            return $"the {field.Name} '{shown}' is none of {field.Allowed}";
        }

        return field.From >= 1970 && IsBackwards(field, first, last) ? $"the range '{shown}' of the {field.Name} goes backwards" : null;
    }

    private static string? Wrapped(Field field, string item)
    {
        var match = Item().Match(item.ToUpperInvariant());
        return match.Success && IsBackwards(field, match.Groups["first"].Value, match.Groups["last"].Value)
            ? $"the range '{item}' of the {field.Name} goes over the end: {match.Groups["first"]} to {field.Value(field.To, match)}, then "
                + $"{field.Value(field.From, match)} to {match.Groups["last"]}. Elastic's Python service can't read such a range."
            : null;
    }

    private static bool IsBackwards(Field field, string first, string last) =>
        field.Number(first) is { } from && field.Number(last) is { } to && to < from;

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    /// <summary>Whether a text begins with a number, as <c>32W</c> and <c>8#2</c> do, that is not in the range.</summary>
    private static bool IsOutside(string text, Field field)
    {
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        return digits.Length > 0
            && !(
                int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= field.From
                && number <= field.To
            );
    }

    [GeneratedRegex(
        "^(?<first>\\*|[0-9][^/-]*|[A-Z]{3,9})?(?<range>-(?<last>[^/]*))?(?<by>/(?<step>.*))?$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Item();

    // L-3 is no range: it counts back from the last day.
    [GeneratedRegex("^(\\?|L(-([0-9]|[12][0-9]|30))?W?|[0-9]+W)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DayOfMonth();

    [GeneratedRegex("^(\\?|L|([0-9]+|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DayOfWeek();

    private sealed record Field(string Name, int From, int To, string Range, string Allowed)
    {
        /// <summary>The names of the values, from the first one on.</summary>
        public IReadOnlyList<string> Names { get; init; } = [];

        /// <summary>What the field may hold besides numbers, names, ranges and steps.</summary>
        public Regex? Special { get; init; }

        /// <summary>A value as somebody writes it who wrote the others of an item so: by its name, or as a number.</summary>
        public string Value(int value, Match item) =>
            IsNumber(item.Groups["first"].Value) ? $"{value}" : Names[value - From];

        /// <summary>Elasticsearch refuses these in a list, and a <c>?</c> in one means nothing.</summary>
        public bool StandsAlone(string item) => Special?.IsMatch(item) == true && (item[0] is '?' or 'L' || !item.EndsWith('W'));

        /// <summary>Whether these can be the value, or with an end the range.</summary>
        public bool Takes(string first, string last) =>
            last.Length == 0
                ? first is "" or "*" || Number(first) is not null
                : Number(first) is not null && Number(last) is not null && IsNumber(first) == IsNumber(last);

        public int? Number(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : Names.Select((name, index) => (name, index)).FirstOrDefault(pair => pair.name == text) is ({ }, var index) ? From + index
            : null;
    }
}
