using System.Globalization;
using System.Text;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search;

/// <summary>Dates in queries: <c>now-300s</c>, <c>now/d</c>, <c>2026-01-01||+1M</c>, or a plain date.</summary>
internal static class DateMath
{
    /// <summary>Milliseconds since 1970.</summary>
    /// <exception cref="ElasticErrorException">400: it can't be read.</exception>
    public static long Parse(string text, DateTimeOffset now, bool roundUp)
    {
        DateTime date;
        string steps;
        if (text.StartsWith("now", StringComparison.Ordinal))
        {
            date = now.UtcDateTime;
            steps = text[3..];
        }
        else
        {
            var bar = text.IndexOf("||", StringComparison.Ordinal);
            var plain = bar < 0 ? text : text[..bar];
            if (
                !DateText.TryParse(Encoding.UTF8.GetBytes(plain), out var millis, roundUp && bar < 0)
                && !long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out millis)
            )
            {
                throw Unreadable(text).Thrown();
            }

            if (bar < 0)
            {
                return millis;
            }

            date = DateTime.UnixEpoch.AddMilliseconds(millis);
            steps = text[(bar + 2)..];
        }

        return (Apply(date, steps, roundUp, text).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
    }

    private static DateTime Apply(DateTime date, string steps, bool roundUp, string text)
    {
        var at = 0;
        while (at < steps.Length)
        {
            var sign = steps[at++];
            var digits = at;
            while (at < steps.Length && char.IsAsciiDigit(steps[at]))
            {
                at++;
            }

            var amount = digits == at ? 1 : int.Parse(steps.AsSpan(digits, at - digits), CultureInfo.InvariantCulture);
            if (at >= steps.Length || sign is not ('+' or '-' or '/'))
            {
                throw Unreadable(text).Thrown();
            }

            var unit = steps[at++];
            date = sign == '/' ? Round(date, unit, roundUp, text) : Add(date, unit, sign == '-' ? -amount : amount, text);
        }

        return date;
    }

    private static DateTime Add(DateTime date, char unit, int amount, string text) =>
        unit switch
        {
            'y' => date.AddYears(amount),
            'M' => date.AddMonths(amount),
            'w' => date.AddDays(7 * amount),
            'd' => date.AddDays(amount),
            'h' or 'H' => date.AddHours(amount),
            'm' => date.AddMinutes(amount),
            's' => date.AddSeconds(amount),
            _ => throw Unreadable(text).Thrown(),
        };

    private static DateTime Round(DateTime date, char unit, bool roundUp, string text)
    {
        var floor = unit switch
        {
            'y' => new DateTime(date.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            'M' => new DateTime(date.Year, date.Month, 1, 0, 0, 0, DateTimeKind.Utc),
            'w' => date.Date.AddDays(-(((int)date.DayOfWeek + 6) % 7)),
            'd' => date.Date,
            'h' or 'H' => date.Date.AddHours(date.Hour),
            'm' => date.Date.AddHours(date.Hour).AddMinutes(date.Minute),
            's' => date.AddTicks(-(date.Ticks % TimeSpan.TicksPerSecond)),
            _ => throw Unreadable(text).Thrown(),
        };
        return roundUp ? Add(floor, unit, 1, text).AddMilliseconds(-1) : floor;
    }

    private static ElasticError Unreadable(string text) =>
        new(400, "parse_exception", $"failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]");
}
