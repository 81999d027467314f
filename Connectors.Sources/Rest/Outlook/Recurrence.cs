using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>Words how often an event comes again, as the documents of the Python service have it.</summary>
internal static class Recurrence
{
    /// <summary>What kind of event it is: <c>Single</c>, or <c>Recurring</c> with how often.</summary>
    public static string KindOf(JsonElement item) =>
        item.Find("recurrence", "pattern") is { } pattern
            ? $"Recurring {Of(pattern)}"
            : item.Text("type") switch
            {
                null or "singleInstance" => "Single",
                "seriesMaster" => "RecurringMaster",
                var other => char.ToUpperInvariant(other[0]) + other[1..],
            };

    private static string Of(JsonElement pattern)
    {
        var every = Math.Max(pattern.Number("interval"), 1).ToString(CultureInfo.InvariantCulture);
        var days = string.Join(", ", pattern.Items("daysOfWeek").Select(day => Capital(day.GetString())));
        var week = pattern.Text("index") ?? "first";
        var day = pattern.Text("dayOfMonth");
        var month = pattern.Number("month") is >= 1 and <= 12 and var number
            ? CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName((int)number)
            : "an unknown month";
        return pattern.Text("type") switch
        {
            "daily" => $"Occurs every {every} day(s)",
            "weekly" => $"Occurs on weekdays {days} of every {every} week(s) where the first day of the week is "
                + Capital(pattern.Text("firstDayOfWeek") ?? "sunday"),
            "absoluteMonthly" => $"Occurs on day {day} of every {every} month(s)",
            "relativeMonthly" => $"Occurs on weekday {days} in the {week} week of every {every} month(s)",
            "absoluteYearly" => $"Occurs on day {day} of {month}",
            "relativeYearly" => $"Occurs on weekday {days} in the {week} week of {month}",
            var other => $"Occurs {other}",
        };
    }

    private static string Capital(string? word) => string.IsNullOrEmpty(word) ? string.Empty : char.ToUpperInvariant(word[0]) + word[1..];
}
