using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using MongoDB.Bson;

namespace Connectors.Tests.Sources.Databases.MongoDB.Bson;

/// <summary>The conversions of docs/sources/mongodb.md the slow and obvious way, from the driver's objects to JSON nodes.</summary>
internal static class SlowBsonJson
{
    public static JsonObject Body(BsonDocument document) => Object(document, isTop: true);

    private static JsonObject Object(BsonDocument document, bool isTop = false)
    {
        var names = document.Names.ToHashSet(StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var given = new HashSet<string>(StringComparer.Ordinal);
        var json = new JsonObject();
        foreach (var element in document)
        {
            if (!done.Add(element.Name) || (isTop && element.Name == "_id"))
            {
                continue;
            }

            var name = Rename(element.Name, isTop);
            while (name != element.Name && (names.Contains(name) || !given.Add(name)))
            {
                name += "_";
            }

            json.Add(name, Value(element.Value));
        }

        return json;
    }

    private static string Rename(string name, bool isTop)
    {
        if (isTop && ReservedFields.Contains(System.Text.Encoding.UTF8.GetBytes(name)))
        {
            return name + "_";
        }

        if (!string.IsNullOrEmpty(name) && name[0] > ' ' && !name.Contains('.', StringComparison.Ordinal))
        {
            return name;
        }

        var end = name.Length;
        while (end > 0 && name[end - 1] == '.')
        {
            end--;
        }

        return string.IsNullOrWhiteSpace(name[..end])
            ? "_"
            : string.Join('.', name[..end].Split('.').Select(part => part.Trim().Length == 0 ? "_" : part)) + name[end..];
    }

    private static JsonNode? Value(BsonValue value) =>
        value switch
        {
            BsonDouble number => double.IsFinite(number.Value) ? JsonValue.Create(number.Value) : null,
            BsonString text => text.Value,
            BsonSymbol symbol => symbol.Name,
            BsonJavaScriptWithScope code => new JsonObject { ["code"] = code.Code, ["scope"] = Object(code.Scope) },
            BsonJavaScript code => code.Code,
            BsonDocument document => Object(document),
            BsonArray array => new JsonArray([.. array.Select(Value)]),
            BsonBinaryData { SubType: BsonBinarySubType.UuidStandard or BsonBinarySubType.UuidLegacy } uuid => new Guid(
                uuid.Bytes,
                bigEndian: true
            ).ToString(),
            BsonBinaryData binary => Convert.ToBase64String(binary.Bytes),
            BsonObjectId id => id.Value.ToString(),
            BsonBoolean boolean => boolean.Value,
            BsonDateTime date => Date(date.MillisecondsSinceEpoch),
            BsonRegularExpression regex => $"/{regex.Pattern}/{regex.Options}",
            BsonInt32 number => number.Value,
            BsonInt64 number => number.Value,
            BsonTimestamp time => new JsonObject { ["t"] = (uint)time.Timestamp, ["i"] = (uint)time.Increment },
            BsonDecimal128 number => Number(number.Value),
            BsonMinKey => "MinKey",
            BsonMaxKey => "MaxKey",
            BsonNull or BsonUndefined => null,
            _ => throw new NotSupportedException(value.BsonType.ToString()),
        };

    private static string Date(long milliseconds) =>
        milliseconds switch
        {
            < -62_135_596_800_000 => "0001-01-01T00:00:00.000Z",
            > 253_402_300_799_999 => "9999-12-31T23:59:59.999Z",
            _ => DateTime.UnixEpoch.AddMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };

    private static JsonNode? Number(Decimal128 number)
    {
        if (Decimal128.IsNaN(number) || Decimal128.IsInfinity(number))
        {
            return null;
        }

        var text = number.ToString();
        var mantissa = text.Split('E')[0];
        var power = text.Contains('E', StringComparison.Ordinal) ? int.Parse(text.Split('E')[1], CultureInfo.InvariantCulture) : 0;
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal).TrimStart('-').TrimStart('0');
        var integerDigits = mantissa.TrimStart('-').Split('.')[0].TrimStart('0').Length;
        var significant = digits.TrimEnd('0');
        return digits.Length > 0 && power + integerDigits > 308
            ? $"{(mantissa[0] == '-' ? "-" : string.Empty)}{significant[0]}{(significant.Length > 1 ? "." : string.Empty)}{significant[1..]}E{power + integerDigits - 1}"
            : JsonNode.Parse(text);
    }
}
