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
    private const int MinimumRoom = 1024;

    /// <summary>The start of the year 1.</summary>
    public const long FirstMillisecond = -62_135_596_800_000;

    /// <summary>The last millisecond of the year 9999.</summary>
    public const long LastMillisecond = 253_402_300_799_999;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(i => (byte)i),
        (byte)'"',
        (byte)'\\',
    ]);

    // ASCII that stands in a string as it is.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([
        .. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i).Where(i => i is not ((byte)'"' or (byte)'\\')),
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
        if (TryFewDigits(value))
        {
            return;
        }

        var start = _used;
        value.TryFormat(_room[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
        if (!_room[start.._used].ContainsAny((byte)'.', (byte)'E'))
        {
            _room[_used++] = (byte)'.';
            _room[_used++] = (byte)'0';
        }
    }

    /// <summary>Writes a number of at most six decimals, as prices and coordinates are: the same text as the general way, several times as
    /// fast.</summary>
    private bool TryFewDigits(double value)
    {
        const int Decimals = 6;
        const long Scale = 1_000_000;

        // No two numbers of up to 15 digits are the same double. So when the quotient is the value, these are its shortest digits.
        var magnitude = Math.Abs(value);
        var scaled = (long)Math.Round(magnitude * Scale);
        if (magnitude is < 0.0001 or >= 1e9 || (double)scaled / Scale != magnitude)
        {
            return false;
        }

        if (value < 0)
        {
            _room[_used++] = (byte)'-';
        }

        Utf8Formatter.TryFormat(scaled / Scale, _room[_used..], out var written);
        _used += written;
        _room[_used++] = (byte)'.';
        var (fraction, width) = (scaled % Scale, Decimals);
        while (width > 1 && fraction % 10 == 0)
        {
            fraction /= 10;
            width--;
        }

        Utf8Formatter.TryFormat(fraction, _room[_used..], out written, new StandardFormat('D', (byte)width));
        _used += written;
        return true;
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

        // The round-trip format has four digits more than milliseconds: 2026-01-31T23:59:59.9990000Z.
        Reserve(28);
        var span = _room[_used..];
        Utf8Formatter.TryFormat(time, span, out _, 'O');
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

    /// <summary>A separator, a property's name and a colon. The name must be one that needs no escape.</summary>
    public void PlainName(char separator, scoped ReadOnlySpan<byte> name)
    {
        Reserve(name.Length + 4);
        var room = _room.Slice(_used, name.Length + 4);
        room[0] = (byte)separator;
        room[1] = (byte)'"';
        name.CopyTo(room[2..]);
        room[^2] = (byte)'"';
        room[^1] = (byte)':';
        _used += room.Length;
    }

    /// <summary>A JSON string with its quotes.</summary>
    public void String(scoped ReadOnlySpan<byte> utf8)
    {
        if (utf8.ContainsAnyExcept(Plain))
        {
            Byte('"');
            Text(utf8);
            Byte('"');
            return;
        }

        Reserve(utf8.Length + 2);
        var room = _room.Slice(_used, utf8.Length + 2);
        room[0] = (byte)'"';
        utf8.CopyTo(room[1..]);
        room[^1] = (byte)'"';
        _used += room.Length;
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
