using System.Buffers.Binary;
using System.Globalization;

namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>
/// Writes a Decimal128 as JSON: a number with all its digits, always with a fraction or an exponent; a string when it is too
/// large for a double, which Elasticsearch would refuse; null for NaN and infinities. With an exponent it has the one form that has a digit
/// before the point and no zeros at its end, however it is stored.
/// </summary>
internal static class BsonDecimalText
{
    private const int MaxDigits = 39;
    private const int ExponentBias = 6176;
    private const int LargestPlainExponent = 307;
    private const int SmallestPlainExponent = -6;

    public static void Write(scoped ref JsonText json, ReadOnlySpan<byte> value)
    {
        var low = BinaryPrimitives.ReadUInt64LittleEndian(value);
        var high = BinaryPrimitives.ReadUInt64LittleEndian(value[8..]);
        if ((high & 0x7800_0000_0000_0000) == 0x7800_0000_0000_0000)
        {
            json.Raw("null"u8);
            return;
        }

        // The second form can only hold numbers that are out of range; those count as zero (IEEE 754-2008, 3.5.2).
        var isSecondForm = (high & 0x6000_0000_0000_0000) == 0x6000_0000_0000_0000;
        var exponent = (int)((high >> (isSecondForm ? 47 : 49)) & 0x3FFF) - ExponentBias;
        var significand = isSecondForm ? UInt128.Zero : new UInt128(high & 0x0001_FFFF_FFFF_FFFF, low);
        if (significand > LargestSignificand)
        {
            significand = UInt128.Zero;
        }

        Span<byte> buffer = stackalloc byte[MaxDigits];
        significand.TryFormat(buffer, out var count, default, CultureInfo.InvariantCulture);
        Write(ref json, (high >> 63) == 1, buffer[..count], exponent);
    }

    private static UInt128 LargestSignificand { get; } = UInt128.Parse("9999999999999999999999999999999999", CultureInfo.InvariantCulture);

    private static void Write(scoped ref JsonText json, bool isNegative, scoped ReadOnlySpan<byte> digits, int exponent)
    {
        var adjusted = exponent + digits.Length - 1;
        var isTooLarge = adjusted > LargestPlainExponent && digits[0] != (byte)'0';
        if (isTooLarge)
        {
            json.Byte('"');
        }

        if (isNegative)
        {
            json.Byte('-');
        }

        if (digits[0] == (byte)'0')
        {
            json.Raw("0.0"u8);
        }
        else if (exponent == 0)
        {
            json.Raw(digits);
            json.Raw(".0"u8);
        }
        else if (exponent < 0 && adjusted >= 0)
        {
            json.Raw(digits[..(adjusted + 1)]);
            json.Byte('.');
            json.Raw(digits[(adjusted + 1)..]);
        }
        else if (exponent < 0 && adjusted >= SmallestPlainExponent)
        {
            json.Raw("0."u8);
            for (var i = -1; i > adjusted; i--)
            {
                json.Byte('0');
            }

            json.Raw(digits);
        }
        else
        {
            // Zeros at the end only say how the number was written: 10E39 is 1E40.
            var significant = digits[..(digits.LastIndexOfAnyExcept((byte)'0') + 1)];
            json.Raw(significant[..1]);
            if (significant.Length > 1)
            {
                json.Byte('.');
                json.Raw(significant[1..]);
            }

            json.Byte('E');
            json.Number(adjusted);
        }

        if (isTooLarge)
        {
            json.Byte('"');
        }
    }
}
