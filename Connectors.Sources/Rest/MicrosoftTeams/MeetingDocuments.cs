using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>Makes documents of the meetings in users' calendars.</summary>
internal static class MeetingDocuments
{
    private static readonly DocumentFields Fields = DocumentFields.Of(
        DocumentField.Constant("type", "User Meeting"),
        DocumentField.Made("attendees", WriteAttendees),
        DocumentField.Made("online_meeting_url", (json, item) =>
            json.WriteStringValue(item.Text("onlineMeeting", "joinUrl") ?? string.Empty)
        ),
        DocumentField.Value("description", "bodyPreview"),
        DocumentField.Made("meeting_detail", (json, item) => json.WriteStringValue(DetailOf(item))),
        DocumentField.Each("location", ["locations"], "displayName"),
        DocumentField.Value("creation_time", "createdDateTime"),
        DocumentField.Value("title", "subject"),
        DocumentField.Value("Cancelled_status", "isCancelled"),
        DocumentField.Value("web_link", "webLink"),
        DocumentField.Value("reminder", "isReminderOn"),
        DocumentField.Value("reminder_time", "reminderMinutesBeforeStart"),
        DocumentField.Value("categories"),
        DocumentField.Value("original_start_timezone", "originalStartTimeZone"),
        DocumentField.Value("original_end_timezone", "originalEndTimeZone")
    );

    /// <summary>A meeting, unless it was cancelled.</summary>
    public static void Write(JsonElement meeting, StreamPage page)
    {
        if (meeting.Find("isCancelled") is not { ValueKind: JsonValueKind.True })
        {
            page.Add(
                meeting.RequiredText("A meeting of Microsoft Teams", "id"),
                meeting,
                Fields,
                RestTime.Of(meeting.Text("lastModifiedDateTime"))
            );
        }
    }

    private static void WriteAttendees(Utf8JsonWriter json, JsonElement meeting)
    {
        json.WriteStartArray();
        foreach (var attendee in meeting.Items("attendees"))
        {
            json.WriteStringValue($"{attendee.Text("emailAddress", "name")}({attendee.Text("emailAddress", "address")})");
        }

        json.WriteEndArray();
    }

    private static string DetailOf(JsonElement meeting)
    {
        var when = meeting.Find("recurrence", "pattern") is { } pattern
            ? $"Recurrence: Occurs {Of(pattern)} {RangeOf(meeting)}"
            : $"Schedule: {TimeOf(meeting, "start")} to {TimeOf(meeting, "end")}";
        return $"{when} Organizer: {meeting.Text("organizer", "emailAddress", "name")}";
    }

    private static string RangeOf(JsonElement meeting)
    {
        var start = $"starting {meeting.Text("recurrence", "range", "startDate")}";
        return meeting.Text("recurrence", "range", "type") == "endDate"
            ? $"{start} until {meeting.Text("recurrence", "range", "endDate")}"
            : start;
    }

    private static string Of(JsonElement pattern)
    {
        var interval = Math.Max(pattern.Number("interval"), 1).ToString(CultureInfo.InvariantCulture);
        var days = string.Join(',', pattern.Items("daysOfWeek").Select(day => day.GetString()));
        var (index, day) = (pattern.Text("index"), pattern.Text("dayOfMonth"));
        var month = pattern.Number("month") is >= 1 and <= 12 and var number
            ? CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName((int)number)
            : "an unknown month";
        return pattern.Text("type") switch
        {
            "daily" => $"Every {interval} day",
            "weekly" => $"Every {interval} week on {days}",
            "absoluteMonthly" => $"Every {interval} month on day {day}",
            "relativeMonthly" => $"Every {interval} month on {index} {days}",
            "absoluteYearly" => $"Every year on day {day} of {month}",
            "relativeYearly" => $"Every year on {index} {days} of {month}",
            var other => $"Every {interval} {other}",
        };
    }

    private static string? TimeOf(JsonElement meeting, string name) =>
        RestTime.Of(meeting.Text(name, "dateTime"))?.ToString("dd MMM, yyyy 'at' HH:mm", CultureInfo.InvariantCulture);
}
