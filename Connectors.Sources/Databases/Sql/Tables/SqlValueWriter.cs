using System.Text.Json;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>Writes a column's value. There is no text that it fails at.</summary>
internal static class SqlValueWriter
{
    /// <param name="json">Where to; the field's name has been written.</param>
    /// <param name="column">The column.</param>
    /// <param name="text">What the column's expression gave; <see langword="null"/> for SQL's NULL.</param>
    public static void Write(Utf8JsonWriter json, SqlColumn column, string? text)
    {
        switch (column.Kind)
        {
            case var _ when text is null:
                json.WriteNullValue();
                break;
            case SqlValueKind.Json:
                CleanJson.Write(json, text);
                break;
            case SqlValueKind.List:
                CleanJson.WriteList(json, text, (writer, element) => WriteScalar(writer, column.Element, element));
                break;
            case SqlValueKind.Set:
                json.WriteStartArray();
                foreach (var member in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
                {
                    json.WriteStringValue(member);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, column.Kind, text);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, SqlValueKind kind, string text)
    {
        switch (kind)
        {
            case SqlValueKind.Integer:
                json.WriteRawValue(text);
                break;
            case SqlValueKind.Decimal or SqlValueKind.Float:
                WriteNumber(json, text);
                break;
            case SqlValueKind.Single:
                WriteNumber(json, SqlText.Single(text));
                break;
            case SqlValueKind.Boolean:
                json.WriteBooleanValue(SqlText.IsTrue(text));
                break;
            case SqlValueKind.Date or SqlValueKind.Timestamp or SqlValueKind.TimestampUtc:
                json.WriteStringValue(SqlText.Time(text, kind));
                break;
            case SqlValueKind.Binary:
                json.WriteBase64StringValue(SqlText.Bytes(text));
                break;
            case SqlValueKind.Json:
                CleanJson.Write(json, text);
                break;
            default:
                json.WriteStringValue(text);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string text)
    {
        if (SqlText.Fraction(text, out var isTooLarge) is not { } number)
        {
            json.WriteNullValue();
        }
        else if (isTooLarge)
        {
            json.WriteStringValue(text);
        }
        else
        {
            json.WriteRawValue(number);
        }
    }
}
