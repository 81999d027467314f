using System.Globalization;
using System.Numerics;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>The server's order of BSON values: first by bracket (all numbers share one), then by value.</summary>
internal sealed class BsonOrder : IComparer<BsonValue>
{
    public const int NumberBracket = 10;

    public static BsonOrder Instance { get; } = new();

    public static int Bracket(BsonType type) =>
        type switch
        {
            BsonType.MinKey => -1,
            BsonType.Undefined or BsonType.Null => 5,
            BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => NumberBracket,
            BsonType.String or BsonType.Symbol => 15,
            BsonType.Document => 20,
            BsonType.Array => 25,
            BsonType.Binary => 30,
            BsonType.ObjectId => 35,
            BsonType.Boolean => 40,
            BsonType.DateTime => 45,
            BsonType.Timestamp => 47,
            BsonType.RegularExpression => 50,
            (BsonType)0x0c => 55,
            BsonType.JavaScript => 60,
            BsonType.JavaScriptWithScope => 65,
            BsonType.MaxKey => 127,
            _ => throw new NotSupportedException($"BSON type {type}"),
        };

    public static bool IsNaN(BsonValue value) =>
        (value is BsonDouble number && double.IsNaN(number.Value)) || (value is BsonDecimal128 dec && Decimal128.IsNaN(dec.Value));

    public int Compare(BsonValue? x, BsonValue? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var bracket = Bracket(x.BsonType);
        var byBracket = bracket.CompareTo(Bracket(y.BsonType));
        return byBracket != 0
            ? byBracket
            : bracket switch
            {
                -1 or 5 or 127 => 0,
                NumberBracket => CompareNumbers(x, y),
                15 => CompareText(Text(x), Text(y)),
                20 => CompareDocuments(x.AsBsonDocument, y.AsBsonDocument),
                25 => CompareArrays(x.AsBsonArray, y.AsBsonArray),
                30 => CompareBinary(x.AsBsonBinaryData, y.AsBsonBinaryData),
                35 => x.AsObjectId.CompareTo(y.AsObjectId),
                40 => x.AsBoolean.CompareTo(y.AsBoolean),
                45 => x.AsBsonDateTime.MillisecondsSinceEpoch.CompareTo(y.AsBsonDateTime.MillisecondsSinceEpoch),
                47 => ((ulong)x.AsBsonTimestamp.Value).CompareTo((ulong)y.AsBsonTimestamp.Value),
                60 => CompareText(x.AsBsonJavaScript.Code, y.AsBsonJavaScript.Code),
                _ => CompareText(x.ToString()!, y.ToString()!),
            };
    }

    private static string Text(BsonValue value) => value is BsonSymbol symbol ? symbol.Name : value.AsString;

    private static int CompareText(string x, string y) =>
        System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y));

    private static int CompareBinary(BsonBinaryData x, BsonBinaryData y)
    {
        var byLength = x.Bytes.Length.CompareTo(y.Bytes.Length);
        var bySubType = byLength != 0 ? byLength : ((byte)x.SubType).CompareTo((byte)y.SubType);
        return bySubType != 0 ? bySubType : x.Bytes.AsSpan().SequenceCompareTo(y.Bytes);
    }

    private static int CompareArrays(BsonArray x, BsonArray y)
    {
        for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
        {
            var order = Instance.Compare(x[i], y[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Count.CompareTo(y.Count);
    }

    private static int CompareDocuments(BsonDocument x, BsonDocument y)
    {
        for (var i = 0; i < Math.Min(x.ElementCount, y.ElementCount); i++)
        {
            var (a, b) = (x.GetElement(i), y.GetElement(i));
            var order = Bracket(a.Value.BsonType).CompareTo(Bracket(b.Value.BsonType));
            order = order != 0 ? order : CompareText(a.Name, b.Name);
            order = order != 0 ? order : Instance.Compare(a.Value, b.Value);
            if (order != 0)
            {
                return order;
            }
        }

        return x.ElementCount.CompareTo(y.ElementCount);
    }

    private static int CompareNumbers(BsonValue x, BsonValue y)
    {
        if (IsInteger(x) && IsInteger(y))
        {
            return x.ToInt64().CompareTo(y.ToInt64());
        }

        if (IsNaN(x) || IsNaN(y))
        {
            return (IsNaN(x), IsNaN(y)) switch
            {
                (true, true) => 0,
                (true, false) => -1,
                _ => 1,
            };
        }

        var (infinityX, infinityY) = (Infinity(x), Infinity(y));
        return infinityX != 0 || infinityY != 0 ? infinityX.CompareTo(infinityY) : CompareExactly(x, y);
    }

    private static bool IsInteger(BsonValue value) => value.BsonType is BsonType.Int32 or BsonType.Int64;

    private static int Infinity(BsonValue value) =>
        value switch
        {
            BsonDouble number when double.IsInfinity(number.Value) => Math.Sign(number.Value),
            BsonDecimal128 number when Decimal128.IsPositiveInfinity(number.Value) => 1,
            BsonDecimal128 number when Decimal128.IsNegativeInfinity(number.Value) => -1,
            _ => 0,
        };

    private static int CompareExactly(BsonValue x, BsonValue y)
    {
        var (a, aDivisor) = Fraction(x);
        var (b, bDivisor) = Fraction(y);
        return (a * bDivisor).CompareTo(b * aDivisor);
    }

    private static (BigInteger Numerator, BigInteger Divisor) Fraction(BsonValue value)
    {
        if (IsInteger(value))
        {
            return (value.ToInt64(), BigInteger.One);
        }

        if (value is BsonDouble number)
        {
            var bits = BitConverter.DoubleToInt64Bits(number.Value);
            var exponent = (int)((bits >> 52) & 0x7FF);
            var mantissa = bits & 0xFFFFFFFFFFFFFL;
            (mantissa, exponent) = exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
            var signed = new BigInteger(bits < 0 ? -mantissa : mantissa);
            return exponent >= 0 ? (signed << exponent, BigInteger.One) : (signed, BigInteger.One << -exponent);
        }

        var text = value.AsDecimal128.ToString();
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var power = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = e < 0 ? text : text[..e];
        var dot = digits.IndexOf('.', StringComparison.Ordinal);
        power -= dot < 0 ? 0 : digits.Length - dot - 1;
        var significand = BigInteger.Parse(digits.Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return power >= 0 ? (significand * BigInteger.Pow(10, power), BigInteger.One) : (significand, BigInteger.Pow(10, -power));
    }
}
