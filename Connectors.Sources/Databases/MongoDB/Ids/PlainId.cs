using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Connectors.Sources.Databases.MongoDB.Bson;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>
/// The text of an <c>_id</c> that a person would write, the same that the Python service writes: a string as it is, an ObjectId as hex, a
/// number in digits. Two ids of different types may have the same plain text (<c>1</c> and <c>"1"</c>): the reader then gives the one that
/// is not a string its <see cref="ExtendedJsonId"/>.
/// </summary>
internal static class PlainId
{
    /// <summary>Appends the plain text; false, and nothing is written, when the id has none.</summary>
    public static bool TryWrite(RawId id, IBufferWriter<byte> to)
    {
        var value = id.Value.Span;
        var json = new JsonText(to);
        switch (id.Type)
        {
            case BsonType.String or BsonType.Symbol:
                var text = BsonReader.Text(value);
                if (text.IsEmpty || !System.Text.Unicode.Utf8.IsValid(text))
                {
                    return false;
                }

                json.Raw(text);
                break;
            case BsonType.ObjectId:
                json.Hex(value);
                break;
            case BsonType.Int32:
                json.Number(BinaryPrimitives.ReadInt32LittleEndian(value));
                break;
            case BsonType.Int64:
                json.Number(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case BsonType.Double:
                Number(ref json, BinaryPrimitives.ReadDoubleLittleEndian(value));
                break;
            case BsonType.Boolean:
                json.Raw(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case BsonType.DateTime
                when BinaryPrimitives.ReadInt64LittleEndian(value) is >= JsonText.FirstMillisecond and <= JsonText.LastMillisecond:
                json.DateText(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case BsonType.Binary when value.Length == 21 && value[4] == (byte)BsonBinarySubType.UuidStandard:
                json.Uuid(value[5..]);
                break;
            case BsonType.Null:
                json.Raw("null"u8);
                break;
            default:
                return false;
        }

        json.Flush();
        return true;
    }

    /// <summary>A number as Python prints it: <c>1.0</c>, <c>0.1</c>, <c>1e+16</c>, <c>1e-05</c>, <c>nan</c>.</summary>
    public static void Number(scoped ref JsonText json, double value)
    {
        if (!double.IsFinite(value))
        {
            json.Raw(
                double.IsNaN(value) ? "nan"u8
                : value > 0 ? "inf"u8
                : "-inf"u8
            );
            return;
        }

        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var parts = shortest.TrimStart('-').Split('E');
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = parts[0].Replace(".", string.Empty, StringComparison.Ordinal);
        var point =
            (dot < 0 ? digits.Length : dot)
            + (parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0);
        point -= digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        json.Raw(shortest[0] == '-' ? "-"u8 : default);
        json.Raw(
            Encoding.ASCII.GetBytes(
                (digits.Length, point) switch
                {
                    (0, _) => "0.0",
                    (_, > 16 or < -3) => $"{digits[0]}{(digits.Length > 1 ? "." : string.Empty)}{digits[1..]}"
                        + $"e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1):00}",
                    (_, <= 0) => $"0.{new string('0', -point)}{digits}",
                    var (length, _) when length <= point => $"{digits.PadRight(point, '0')}.0",
                    _ => $"{digits[..point]}.{digits[point..]}",
                }
            )
        );
    }
}
