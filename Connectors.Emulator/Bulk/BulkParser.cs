using System.Globalization;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Bulk;

/// <summary>
/// Reads the action lines of a bulk body. What is wrong with one of them fails the call as a whole, before anything is done; sources are
/// only located here and read when they are stored.
/// </summary>
internal ref struct BulkParser
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly List<BulkOperation> _operations = [];
    private string? _lastIndex;
    private byte[] _lastIndexBytes = [];

    public BulkParser(ReadOnlySpan<byte> body)
    {
        _body = body;
    }

    /// <exception cref="ElasticErrorException">The call is refused.</exception>
    public List<BulkOperation> Parse()
    {
        if (_body.IsEmpty)
        {
            throw new ElasticError(400, "parse_exception", "request body is required").Thrown();
        }

        if (_body[^1] != '\n')
        {
            throw ElasticErrors.IllegalArgument("The bulk request must be terminated by a newline [\\n]").Thrown();
        }

        var at = 0;
        var line = 0;
        while (at < _body.Length)
        {
            line++;
            var end = at + _body[at..].IndexOf((byte)'\n');
            var length = end - at;
            var start = at;
            at = end + 1;
            if (length == 0)
            {
                continue;
            }

            var operation = ParseAction(start, length, line);
            if (operation.Action != BulkAction.Delete)
            {
                line++;
                if (at >= _body.Length)
                {
                    break;
                }

                end = at + _body[at..].IndexOf((byte)'\n');
                operation.SourceStart = at;
                operation.SourceLength = end > at && _body[end - 1] == '\r' ? end - at - 1 : end - at;
                at = end + 1;
            }

            DocumentWriter.CheckId(operation.Id(_body));
            _operations.Add(operation);
        }

        return _operations.Count == 0 ? throw ElasticErrors.Validation("no requests added").Thrown() : _operations;
    }

    private BulkOperation ParseAction(int start, int length, int line)
    {
        var span = _body.Slice(start, length);
        var reader = new Utf8JsonReader(span);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"Malformed action/metadata line [{line}], expected START_OBJECT but found [{TokenName(reader.TokenType)}]"
                    )
                    .Thrown();
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"Malformed action/metadata line [{line}], expected FIELD_NAME but found [{TokenName(reader.TokenType)}]"
                    )
                    .Thrown();
            }

            var operation = new BulkOperation { IdLength = -1, Action = ActionOf(ref reader, line) };
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"Malformed action/metadata line [{line}], expected START_OBJECT but found [{TokenName(reader.TokenType)}]"
                    )
                    .Thrown();
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ParseParameter(ref reader, ref operation, start, line);
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.EndObject)
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"Malformed action/metadata line [{line}], expected END_OBJECT but found [{TokenName(reader.TokenType)}]"
                    )
                    .Thrown();
            }

            reader.Read();
            return operation;
        }
        catch (JsonException exception)
        {
            throw Json.SyntaxError(span, exception).Thrown();
        }
        catch (InvalidOperationException)
        {
            // A number where a name belongs, or half a character.
            throw ElasticErrors
                .IllegalArgument($"Malformed action/metadata line [{line}], a parameter has a value of another type")
                .Thrown();
        }
    }

    private static BulkAction ActionOf(ref Utf8JsonReader reader, int line) =>
        reader.ValueSpan switch
        {
            var name when name.SequenceEqual("index"u8) => BulkAction.Index,
            var name when name.SequenceEqual("create"u8) => BulkAction.Create,
            var name when name.SequenceEqual("update"u8) => BulkAction.Update,
            var name when name.SequenceEqual("delete"u8) => BulkAction.Delete,
            _ => throw ElasticErrors
                .IllegalArgument(
                    $"Malformed action/metadata line [{line}], expected field [create], [delete], [index] or [update] but found "
                        + $"[{reader.GetString()}]"
                )
                .Thrown(),
        };

    private void ParseParameter(ref Utf8JsonReader reader, ref BulkOperation operation, int start, int line)
    {
        if (reader.ValueTextEquals("_id"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
            {
                operation.IdStart = start + (int)reader.TokenStartIndex + 1;
                operation.IdLength = reader.ValueSpan.Length;
            }
            else if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                operation.DecodedId = Encoding.UTF8.GetBytes(Text(ref reader));
                operation.IdLength = operation.DecodedId.Length;
            }

            return;
        }

        if (reader.ValueTextEquals("_index"u8))
        {
            reader.Read();
            if (_lastIndex is null || !reader.ValueSpan.SequenceEqual(_lastIndexBytes))
            {
                _lastIndex = reader.GetString();
                _lastIndexBytes = reader.ValueSpan.ToArray();
            }

            operation.Index = _lastIndex;
            return;
        }

        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "if_seq_no":
                operation.IfSeqNo = Whole(ref reader);
                break;
            case "if_primary_term":
                operation.IfPrimaryTerm = Whole(ref reader);
                break;
            case "retry_on_conflict":
                operation.RetryOnConflict = (int)Whole(ref reader);
                break;
            case "pipeline":
                operation.Pipeline = Text(ref reader);
                break;
            case "require_alias":
                operation.RequireAlias = reader.GetBoolean();
                break;
            case "op_type" when operation.Action == BulkAction.Index && reader.ValueTextEquals("create"u8):
                operation.Action = BulkAction.Create;
                break;
            case "op_type" when operation.Action == BulkAction.Index && reader.ValueTextEquals("index"u8):
                break;
            case "routing"
            or "_routing"
            or "version"
            or "version_type"
            or "_source"
            or "require_data_stream"
            or "dynamic_templates"
            or "list_executed_pipelines"
            or "op_type":
                throw ElasticErrors.Unsupported($"the bulk parameter [{name}]").Thrown();
            default:
                throw ElasticErrors.IllegalArgument($"Action/metadata line [{line}] contains an unknown parameter [{name}]").Thrown();
        }
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);

    private static long Whole(ref Utf8JsonReader reader) =>
        long.TryParse(Text(ref reader), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ElasticErrors.IllegalArgument($"For input string: \"{Text(ref reader)}\"").Thrown();

    private static string TokenName(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartArray => "START_ARRAY",
            JsonTokenType.EndObject => "END_OBJECT",
            JsonTokenType.String => "VALUE_STRING",
            JsonTokenType.Number => "VALUE_NUMBER",
            JsonTokenType.PropertyName => "FIELD_NAME",
            _ => type.ToString().ToUpperInvariant(),
        };
}
