using System.Buffers.Text;
using System.Globalization;

namespace Connectors.Emulator.Mapping;

/// <summary>Dates as Elasticsearch reads and prints them by default: <c>strict_date_optional_time||epoch_millis</c>.</summary>
internal static class DateText
{
    /// <summary>The formats that a mapping may name.</summary>
    public static bool Knows(string format) =>
        format
            .Split("||")
            .All(part =>
                part
                    is "strict_date_optional_time"
                        or "date_optional_time"
                        or "epoch_millis"
                        or "strict_date_optional_time_nanos"
                        or "strict_date_time"
            );

    /// <summary>Milliseconds since 1970, from <c>yyyy[-MM[-dd[THH[:mm[:ss[.fraction]]][zone]]]]</c> or a whole number of
    /// milliseconds.</summary>
    /// <param name="text">The date.</param>
    /// <param name="millis">The result.</param>
    /// <param name="roundUp">Fills missing parts with their largest values: what <c>lte</c> and <c>gt</c> of a range want.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long millis, bool roundUp = false)
    {
        millis = 0;
        return TryParseIso(text, out millis, roundUp)
            || (Utf8Parser.TryParse(text, out millis, out var used) && used == text.Length && text.Length > 4);
    }

    /// <summary>Only the calendar form; what dynamic mapping takes for a date.</summary>
    public static bool TryParseIso(ReadOnlySpan<byte> text, out long millis, bool roundUp = false)
    {
        millis = 0;
        if (!Digits(text, 0, 4, out var year) || year == 0)
        {
            return false;
        }

        int month = roundUp ? 12 : 1,
            day = 0,
            hour = roundUp ? 23 : 0,
            minute = roundUp ? 59 : 0,
            second = roundUp ? 59 : 0,
            fraction = roundUp ? 999 : 0;
        long offset = 0;
        var at = 4;
        if (at < text.Length)
        {
            if (text[at] != '-' || !Digits(text, at + 1, 2, out month) || month is < 1 or > 12)
            {
                return false;
            }

            at += 3;
            if (at < text.Length && text[at] == '-')
            {
                if (!Digits(text, at + 1, 2, out day) || day < 1 || day > DateTime.DaysInMonth(year, month))
                {
                    return false;
                }

                at += 3;
            }

            if (at < text.Length && !TryTime(text, at, ref hour, ref minute, ref second, ref fraction, out offset, roundUp))
            {
                return false;
            }
        }

        if (day == 0)
        {
            day = roundUp ? DateTime.DaysInMonth(year, month) : 1;
        }

        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        millis = (ticks / TimeSpan.TicksPerMillisecond) + fraction - (offset * 60_000);
        return true;
    }

    /// <summary><c>2026-01-02T03:04:05.678Z</c></summary>
    public static string Format(long millis)
    {
        var ticks = DateTime.UnixEpoch.Ticks + (millis * TimeSpan.TicksPerMillisecond);
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks
            ? millis.ToString(CultureInfo.InvariantCulture)
            : new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    private static bool TryTime(
        ReadOnlySpan<byte> text,
        int at,
        ref int hour,
        ref int minute,
        ref int second,
        ref int fraction,
        out long offset,
        bool roundUp
    )
    {
        offset = 0;
        if (text[at] != 'T')
        {
            return false;
        }

        at++;
        if (at == text.Length)
        {
            return true;
        }

        if (!Digits(text, at, 2, out hour) || hour > 23)
        {
            return false;
        }

        at += 2;
        if (at < text.Length && text[at] == ':')
        {
            if (!Digits(text, at + 1, 2, out minute) || minute > 59)
            {
                return false;
            }

            at += 3;
            if (at < text.Length && text[at] == ':')
            {
                if (!Digits(text, at + 1, 2, out second) || second > 59)
                {
                    return false;
                }

                at += 3;
                if (at < text.Length && text[at] is (byte)'.' or (byte)',')
                {
                    at++;
                    var start = at;
                    var value = 0;
                    while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
                    {
                        value = at - start < 3 ? (value * 10) + (text[at] - '0') : value;
                        at++;
                    }

                    if (at == start || at - start > 9)
                    {
                        return false;
                    }

                    fraction = (at - start) switch
                    {
                        1 => value * 100,
                        2 => value * 10,
                        _ => value,
                    };
                }
                else if (!roundUp)
                {
                    fraction = 0;
                }
            }
        }

        return at == text.Length || TryZone(text[at..], out offset);
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, out long offset)
    {
        offset = 0;
        if (zone.SequenceEqual("Z"u8))
        {
            return true;
        }

        if (zone[0] is not ((byte)'+' or (byte)'-') || !Digits(zone, 1, 2, out var hours) || hours > 18)
        {
            return false;
        }

        var minutes = 0;
        var at = zone.Length > 3 && zone[3] == ':' ? 4 : 3;
        if (zone.Length > 3 && (!Digits(zone, at, 2, out minutes) || minutes > 59 || zone.Length != at + 2))
        {
            return false;
        }

        offset = ((hours * 60) + minutes) * (zone[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, int at, int count, out int value)
    {
        value = 0;
        if (at + count > text.Length)
        {
            return false;
        }

        foreach (var b in text.Slice(at, count))
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + (b - '0');
        }

        return true;
    }
}
