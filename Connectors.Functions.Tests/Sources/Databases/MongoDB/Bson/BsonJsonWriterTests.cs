using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using CsCheck;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB.Bson;

public sealed class BsonJsonWriterTests
{
    public static TheoryData<string, BsonValue, string> Conversions { get; } =
        new()
        {
            { "double", 1.5, "1.5" },
            { "whole double", 1.0, "1.0" },
            { "large double", 1e22, "1E+22" },
            { "NaN", double.NaN, "null" },
            { "infinity", double.NegativeInfinity, "null" },
            { "string", "a\"\\\n\u0001é€😀/", "\"a\\\"\\\\\\n\\u0001é€😀/\"" },
            { "object", new BsonDocument("_id", new BsonDocument("id", 1)), "{\"_id\":{\"id\":1}}" },
            { "empty object", new BsonDocument(), "{}" },
            {
                "array",
                new BsonArray { 1, "2", BsonNull.Value, new BsonArray() },
                "[1,\"2\",null,[]]"
            },
            { "binary", new BsonBinaryData([1, 2, 3]), "\"AQID\"" },
            {
                "uuid",
                new BsonBinaryData(new Guid("00112233-4455-6677-8899-aabbccddeeff"), GuidRepresentation.Standard),
                "\"00112233-4455-6677-8899-aabbccddeeff\""
            },
            { "undefined", BsonUndefined.Value, "null" },
            { "ObjectId", ObjectId.Parse("65a1b2c3d4e5f60718293a4b"), "\"65a1b2c3d4e5f60718293a4b\"" },
            { "boolean", true, "true" },
            { "date", new BsonDateTime(1_700_000_000_123), "\"2023-11-14T22:13:20.123Z\"" },
            { "date before 1970", new BsonDateTime(-1), "\"1969-12-31T23:59:59.999Z\"" },
            { "first date", new BsonDateTime(-62_135_596_800_000), "\"0001-01-01T00:00:00.000Z\"" },
            { "date too early", new BsonDateTime(long.MinValue), "\"0001-01-01T00:00:00.000Z\"" },
            { "date too late", new BsonDateTime(long.MaxValue), "\"9999-12-31T23:59:59.999Z\"" },
            { "null", BsonNull.Value, "null" },
            { "regular expression", new BsonRegularExpression("a\"/b", "im"), "\"/a\\\"/b/im\"" },
            { "JavaScript", new BsonJavaScript("f(\"x\")"), "\"f(\\\"x\\\")\"" },
            { "symbol", BsonSymbol.Create("s"), "\"s\"" },
            {
                "JavaScript with scope",
                new BsonJavaScriptWithScope("f()", new BsonDocument("a", 1)),
                "{\"code\":\"f()\",\"scope\":{\"a\":1}}"
            },
            { "int", int.MinValue, "-2147483648" },
            { "timestamp", new BsonTimestamp(1_700_000_000, 7), "{\"t\":1700000000,\"i\":7}" },
            { "long", long.MaxValue, "9223372036854775807" },
            { "decimal", Decimal128.Parse("-12.3400"), "-12.3400" },
            { "whole decimal", Decimal128.Parse("100"), "100.0" },
            { "long decimal", Decimal128.Parse("1234567890123456789012345678901234"), "1234567890123456789012345678901234.0" },
            { "small decimal", Decimal128.Parse("0.000123"), "0.000123" },
            { "tiny decimal", Decimal128.Parse("1E-6176"), "1E-6176" },
            { "decimal with exponent", Decimal128.Parse("12E+5"), "1.2E6" },
            { "decimal stored with zeros", Decimal128.Parse("120E+4"), "1.2E6" },
            { "decimal stored with as many digits as there are", Decimal128.Parse("1000000000000000000000000000000000E+7"), "1E40" },
            { "decimal stored with one digit", Decimal128.Parse("1E+40"), "1E40" },
            { "small decimal stored with zeros", Decimal128.Parse("1.500E-10"), "1.5E-10" },
            { "decimal beyond double", Decimal128.Parse("1E+6000"), "\"1E6000\"" },
            { "decimal zero", Decimal128.Parse("0E+6000"), "0.0" },
            { "decimal NaN", Decimal128.Parse("NaN"), "null" },
            { "decimal infinity", Decimal128.Parse("-Infinity"), "null" },
            { "MinKey", BsonMinKey.Value, "\"MinKey\"" },
            { "MaxKey", BsonMaxKey.Value, "\"MaxKey\"" },
        };

    public static TheoryData<string[], string> Names { get; } =
        new()
        {
            { ["a", "b", "a"], """{"a":0,"b":1}""" },
            { ["_id", "id", "_id"], """{"id_":1}""" },
            { ["id", "id_"], """{"id__":0,"id_":1}""" },
            { ["_source", "_index", "_timestamp", "_digest", "_x"], """{"_source_":0,"_index_":1,"_timestamp_":2,"_digest_":3,"_x":4}""" },
            { ["", " ", "_"], """{"__":0,"___":1,"_":2}""" },
            { [".", ".x", "x..y", "x.y", "z."], """{"_":0,"_.x":1,"x._.y":2,"x.y":3,"z.":4}""" },
        };

    [Theory]
    [MemberData(nameof(Conversions))]
    public void EveryTypeHasItsConversion(string type, BsonValue value, string expected) =>
        Assert.Equal($$"""{"{{type}}":{{expected}}}""", Write(new BsonDocument(type, value).ToBson()));

    [Theory]
    [MemberData(nameof(Names))]
    public void NamesThatElasticsearchWouldRefuseAreChanged(string[] names, string expected) =>
        Assert.Equal(expected, Write(SomeBson.Build(names.Select((name, i) => (name, (BsonValue)i))).ToBson()));

    [Theory]
    [InlineData(nameof(DateConversion.Clamp), "\"9999-12-31T23:59:59.999Z\"", "\"1970-01-01T00:00:00.001Z\"")]
    [InlineData(nameof(DateConversion.MillisecondsWhenOutOfRange), "253402300800000", "\"1970-01-01T00:00:00.001Z\"")]
    [InlineData(nameof(DateConversion.Milliseconds), "253402300800000", "1")]
    public void DatesFollowTheField(string conversion, string outOfRange, string inRange)
    {
        var document = new BsonDocument { { "o", new BsonDateTime(253_402_300_800_000) }, { "i", new BsonDateTime(1) } };
        Assert.Equal($$"""{"o":{{outOfRange}},"i":{{inRange}}}""", Write(document.ToBson(), Enum.Parse<DateConversion>(conversion)));
    }

    [Fact]
    public void TypesThatTheDriverCannotReadAreWrittenToo()
    {
        byte[] dbPointer = [0x0C, (byte)'p', 0, 3, 0, 0, 0, (byte)'a', (byte)'b', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        byte[] oldBinary = [0x05, (byte)'o', 0, 7, 0, 0, 0, 2, 3, 0, 0, 0, 1, 2, 3];
        byte[] invalidText = [0x02, (byte)'t', 0, 4, 0, 0, 0, (byte)'a', 0xFF, (byte)'b', 0];
        byte[] invalidNames = [0x0A, 0xFE, 0, 0x0A, 0xFF, 0];
        Assert.Equal(
            """{"p":{"$ref":"ab","$id":"0102030405060708090a0b0c"},"o":"AQID","t":"a�b","�":null,"�_":null}""",
            Write(Raw([.. dbPointer, .. oldBinary, .. invalidText, .. invalidNames]))
        );
    }

    [Fact]
    public void WhatIsTooDeepBecomesNull()
    {
        var inner = Raw([0x10, (byte)'x', 0, 1, 0, 0, 0]);
        for (var i = 0; i < 5_000; i++)
        {
            inner = Raw([(byte)BsonType.Document, (byte)'x', 0, .. inner]);
        }

        var json = Write(inner);
        Assert.Equal(BsonJsonWriter.MaxDepth, json.Count(c => c == '{'));
        Assert.Contains(":null", json, StringComparison.Ordinal);
    }

    [Fact]
    public void ObjectsOfManyFieldsKeepTheFirstOfEachName()
    {
        var json = JsonNode
            .Parse(Write(SomeBson.Build(Enumerable.Range(0, 5_000).Select(i => ($"f{i % 3_000}", (BsonValue)i))).ToBson()))!
            .AsObject();
        Assert.Equal(3_000, json.Count);
        Assert.All(json, field => Assert.Equal(field.Key, $"f{field.Value}"));
    }

    [Fact]
    public void RandomDocumentsEqualTheSlowConversion() =>
        SomeBson.Document.Sample(
            document =>
            {
                var written = Write(document.ToBson());
                using var strict = JsonDocument.Parse(written, new JsonDocumentOptions { AllowDuplicateProperties = false });
                var expected = SlowBsonJson.Body(document);
                return JsonNode.DeepEquals(JsonNode.Parse(written), expected)
                    ? true
                    : throw new InvalidOperationException($"{written} is not {expected.ToJsonString()}");
            },
            iter: 5_000
        );

    /// <summary>Numbers of six decimals at most and of fewer than ten digits before them are written by a way of their own; their
    /// neighbors and all others are not.</summary>
    [Fact]
    public void FractionsOfFewDigitsHaveTheTextOfEveryOther()
    {
        var digits = Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000];
        var few = Gen.Select(digits, Gen.Int[0, 5]).Select((number, cut) => Math.Floor(number / Math.Pow(10, cut)) / 1e6);
        var any = Gen.Select(digits, Gen.Int[0, 12]).Select((number, decimals) => number / Math.Pow(10, decimals));
        Gen.Select(Gen.OneOf(few, any), Gen.Int[-1, 1])
            .Select(Neighbor)
            .Sample(
                value =>
                {
                    var text = value.ToString(CultureInfo.InvariantCulture);
                    var expected = text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
                    Assert.Equal($$"""{"a":{{expected}}}""", Write(new BsonDocument("a", value).ToBson()));
                },
                iter: 5_000
            );
    }

    private static double Neighbor(double value, int neighbor) =>
        neighbor switch
        {
            < 0 => Math.BitDecrement(value),
            0 => value,
            _ => Math.BitIncrement(value),
        };

    [Fact]
    public void BrokenBytesAreToldApartAndNeverReadBeyondTheirEnd() =>
        Gen.Select(SomeBson.Document, Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10_000])
            .Sample(
                (document, place, value, cut) =>
                {
                    var bytes = document.ToBson();
                    bytes[place % bytes.Length] = value;
                    try
                    {
                        Write(bytes[..^(cut % 3)]);
                    }
                    catch (BsonFormatException)
                    {
                        // The only exception that may come out.
                    }
                },
                iter: 5_000
            );

    internal static byte[] Raw(byte[] elements) => [.. BitConverter.GetBytes(elements.Length + 5), .. elements, 0];

    private static string Write(byte[] bson, DateConversion dates = DateConversion.Clamp)
    {
        using var buffer = new PooledBuffer(16);
        new BsonJsonWriter(dates).WriteBody(bson, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
