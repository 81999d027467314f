using CsCheck;
using MongoDB.Bson;

namespace Connectors.Tests.Sources.Databases.MongoDB;

/// <summary>Random BSON: every type that the driver can write, awkward values more often than chance would have it.</summary>
internal static class SomeBson
{
    private static readonly Gen<string> Text = Gen.Char.Where(c => !char.IsSurrogate(c)).Array[0, 12].Select(chars => new string(chars));

    private static readonly Gen<string> Name = Gen.OneOf(
        Gen.OneOf(
            "id",
            "_id",
            "id_",
            "_source",
            "_timestamp",
            "a",
            "b",
            "c",
            "a.b",
            ".",
            "",
            " ",
            "x..y",
            ".x",
            "x.",
            "_",
            "__",
            "naïve",
            "\"q\""
        ),
        Text.Select(text => text.Replace("\0", string.Empty, StringComparison.Ordinal))
    );

    private static readonly Gen<BsonValue> Plain = Gen.OneOf<BsonValue>(
        Gen.Double.Select(x => (BsonValue)x),
        Gen.OneOf(0.0, -0.0, 1.0, 1e15, 1e16, 1e22, -1e-7, double.NaN, double.PositiveInfinity, double.MaxValue, double.Epsilon)
            .Select(x => (BsonValue)x),
        Text.Select(x => (BsonValue)x),
        Gen.Int.Select(x => (BsonValue)x),
        Gen.Long.Select(x => (BsonValue)x),
        Gen.Bool.Select(x => (BsonValue)x),
        Gen.Byte.Array[12].Select(x => (BsonValue)new ObjectId(x)),
        Gen.Long.Select(x => (BsonValue)new BsonDateTime(x)),
        Gen.Long[-62_135_596_800_000, 253_402_300_799_999].Select(x => (BsonValue)new BsonDateTime(x)),
        Gen.ULong.Select(x => (BsonValue)new BsonTimestamp(unchecked((long)x))),
        Gen.Byte.Array[0, 20].Select(x => (BsonValue)new BsonBinaryData(x)),
        Gen.Guid.Select(x => (BsonValue)new BsonBinaryData(x, GuidRepresentation.Standard)),
        Gen.Guid.Select(x => (BsonValue)new BsonBinaryData(x, GuidRepresentation.PythonLegacy)),
        Gen.Select(Gen.ULong, Gen.ULong).Select((low, high) => (BsonValue)Decimal128.FromIEEEBits(high & 0xFFFE_FFFF_FFFF_FFFF, low)),
        Gen.Select(Gen.Long, Gen.Int[-30, 30]).Select((significand, exponent) => (BsonValue)Decimal128.Parse($"{significand}E{exponent}")),
        Gen.OneOf<BsonValue>(
            BsonNull.Value,
            BsonUndefined.Value,
            BsonMinKey.Value,
            BsonMaxKey.Value,
            Decimal128.Parse("NaN"),
            Decimal128.Parse("-Infinity"),
            Decimal128.Parse("0E+3"),
            new BsonRegularExpression("a/b\"c", "im"),
            new BsonJavaScript("return 1"),
            BsonSymbol.Create("symbol")
        )
    );

    public static Gen<BsonValue> Value { get; } = At(3);

    public static Gen<BsonDocument> Document { get; } = Gen.Select(Name, Value).Array[0, 12].Select(Build);

    /// <summary>Anything that a server takes as an <c>_id</c>.</summary>
    public static Gen<BsonValue> Id { get; } =
        Gen.OneOf(
            Plain.Where(value => !value.IsBsonRegularExpression && !value.IsBsonUndefined),
            Gen.Int[0, 50].Select(x => (BsonValue)x),
            Gen.Int[0, 50].Select(x => (BsonValue)x.ToString()),
            Gen.Int[0, 50].Select(x => (BsonValue)(x / 2.0)),
            Plain.Select(value => (BsonValue)new BsonDocument("k", value))
        );

    public static BsonDocument Build(IEnumerable<(string, BsonValue)> elements)
    {
        var document = new BsonDocument(allowDuplicateNames: true);
        foreach (var (name, value) in elements)
        {
            document.Add(name, value);
        }

        return document;
    }

    private static Gen<BsonValue> At(int depth) =>
        depth == 0
            ? Plain
            : Gen.Frequency(
                (6, Plain),
                (1, Gen.Select(Name, At(depth - 1)).Array[0, 5].Select(elements => (BsonValue)Build(elements))),
                (1, At(depth - 1).Array[0, 5].Select(items => (BsonValue)new BsonArray(items))),
                (
                    1,
                    Gen.Select(Name, At(depth - 1))
                        .Array[0, 3]
                        .Select(elements => (BsonValue)new BsonJavaScriptWithScope("f()", Build(elements)))
                )
            );
}
