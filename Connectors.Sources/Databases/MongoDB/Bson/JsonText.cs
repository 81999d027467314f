using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>
/// Writes JSON tokens as UTF-8 straight into a buffer writer's memory. It checks nothing about structure, that is its caller's part.
/// Call <see cref="Flush"/> when done.
/// </summary>
internal ref struct JsonText(IBufferWriter<byte> to)
{
    private const int MinimumRoom = 256;

    /// <summary>The start of the year 1.</summary>
    public const long FirstMillisecond = -62_135_596_800_000;

    /// <summary>The last millisecond of the year 9999.</summary>
    public const long LastMillisecond = 253_402_300_799_999;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(i => (byte)i),
        (byte)'"',
        (byte)'\\',
    ]);

    private Span<byte> _room;
    private int _used;

    public void Flush()
    {
        to.Advance(_used);
        _room = default;
        _used = 0;
    }

    public void Byte(char ascii)
    {
        Reserve(1);
        _room[_used++] = (byte)ascii;
    }

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_room[_used..]);
        _used += bytes.Length;
    }

    public void Number(long value)
    {
        Reserve(20);
        value.TryFormat(_room[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
    }

    /// <summary>Always with a fraction or an exponent, so that Elasticsearch never takes the field for whole numbers. NaN and infinities
    /// are null.</summary>
    public void Number(double value)
    {
        if (!double.IsFinite(value))
        {
            Raw("null"u8);
            return;
        }

        Reserve(40);
        var start = _used;
        value.TryFormat(_room[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
        if (!_room[start.._used].ContainsAny((byte)'.', (byte)'E'))
        {
            _room[_used++] = (byte)'.';
            _room[_used++] = (byte)'0';
        }
    }

    /// <summary>A date as ISO 8601 UTC with milliseconds, in quotes, or as a number.</summary>
    public void Date(long milliseconds, DateConversion conversion)
    {
        var isInRange = milliseconds is >= FirstMillisecond and <= LastMillisecond;
        if (conversion == DateConversion.Milliseconds || (conversion == DateConversion.MillisecondsWhenOutOfRange && !isInRange))
        {
            Number(milliseconds);
            return;
        }

        Byte('"');
        DateText(milliseconds);
        Byte('"');
    }

    /// <summary>The date's text without quotes, clamped to the years 1 to 9999.</summary>
    public void DateText(long milliseconds)
    {
        var time = DateTime.UnixEpoch.AddTicks(Math.Clamp(milliseconds, FirstMillisecond, LastMillisecond) * TimeSpan.TicksPerMillisecond);
        Reserve(24);
        var span = _room.Slice(_used, 24);
        Digits(span[..4], time.Year);
        span[4] = (byte)'-';
        Digits(span.Slice(5, 2), time.Month);
        span[7] = (byte)'-';
        Digits(span.Slice(8, 2), time.Day);
        span[10] = (byte)'T';
        Digits(span.Slice(11, 2), time.Hour);
        span[13] = (byte)':';
        Digits(span.Slice(14, 2), time.Minute);
        span[16] = (byte)':';
        Digits(span.Slice(17, 2), time.Second);
        span[19] = (byte)'.';
        Digits(span.Slice(20, 3), time.Millisecond);
        span[23] = (byte)'Z';
        _used += 24;
    }

    public void Hex(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length * 2);
        Convert.TryToHexStringLower(bytes, _room[_used..], out var written);
        _used += written;
    }

    /// <summary>The 8-4-4-4-12 text of 16 bytes in the order in which they are stored.</summary>
    public void Uuid(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(36);
        new Guid(bytes, bigEndian: true).TryFormat(_room[_used..], out var written);
        _used += written;
    }

    public void Base64(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _room[_used..], out _, out var written);
        _used += written;
    }

    /// <summary>A JSON string with its quotes.</summary>
    public void String(scoped ReadOnlySpan<byte> utf8)
    {
        Byte('"');
        Text(utf8);
        Byte('"');
    }

    /// <summary>A string's inside: escaped where JSON demands it, and with U+FFFD for what isn't UTF-8.</summary>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            Text(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8)));
            return;
        }

        while (true)
        {
            var plain = utf8.IndexOfAny(Escaped);
            if (plain < 0)
            {
                Raw(utf8);
                return;
            }

            Raw(utf8[..plain]);
            Escape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
    }

    private void Escape(byte character)
    {
        Reserve(6);
        _room[_used++] = (byte)'\\';
        var letter = character switch
        {
            (byte)'\n' => 'n',
            (byte)'\r' => 'r',
            (byte)'\t' => 't',
            (byte)'\b' => 'b',
            (byte)'\f' => 'f',
            (byte)'"' or (byte)'\\' => (char)character,
            _ => 'u',
        };
        _room[_used++] = (byte)letter;
        if (letter == 'u')
        {
            _room[_used++] = (byte)'0';
            _room[_used++] = (byte)'0';
            Utf8Formatter.TryFormat(character, _room[_used..], out var written, new StandardFormat('x', 2));
            _used += written;
        }
    }

    private static void Digits(Span<byte> to, int value)
    {
        for (var i = to.Length - 1; i >= 0; i--)
        {
            to[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    private void Reserve(int bytes)
    {
        if (_room.Length - _used >= bytes)
        {
            return;
        }

        to.Advance(_used);
        _used = 0;
        _room = to.GetSpan(Math.Max(bytes, MinimumRoom));
    }
}
