using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>
/// Checks a document against the mapping in one pass over its bytes: well-formed JSON, no name twice, every value of its field's type.
/// Fields the mapping lacks are gathered and added at the end, all or none. One document at a time; make one per request.
/// </summary>
internal sealed class DocumentParser
{
    /// <summary>How often other documents may be faster with a field. More often is a fault of this program, which must not hang because of
    /// it.</summary>
    private const int MostAttempts = 1_000;
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1000 };

    private long[] _seen = [];
    private long _instance;
    private IndexMapping? _mapping;
    private FieldResolver _fields = null!;
    private readonly byte[] _idBytes = new byte[Documents.DocumentWriter.MaxIdBytes];
    private readonly Func<string> _id;
    private int _idLength;
    private long? _timestamp;
    private long? _digest;

    public DocumentParser()
    {
        _id = () => Encoding.UTF8.GetString(_idBytes, 0, _idLength);
    }

    /// <summary>How many texts of the parsed documents inference endpoints were asked about.</summary>
    public int Inferences { get; set; }

    /// <summary>Checks <paramref name="source"/> and adds what it brings to the mapping.</summary>
    /// <exception cref="ElasticErrorException">The document is refused; nothing was added.</exception>
    public DocumentState Parse(IndexMapping mapping, ReadOnlySpan<byte> source, ReadOnlySpan<byte> id)
    {
        if (!ReferenceEquals(_mapping, mapping))
        {
            _mapping = mapping;
            _fields = new FieldResolver(mapping, _id);
            _seen = [];
        }

        id.CopyTo(_idBytes);
        _idLength = id.Length;
        for (var attempt = 1; ; attempt++)
        {
            _fields.Clear();
            _timestamp = null;
            _digest = null;
            if (_seen.Length < mapping.OrdinalCount)
            {
                Array.Resize(ref _seen, mapping.OrdinalCount + 64);
            }

            ParseRoot(source, mapping.Root);
            if (_fields.TryCommit())
            {
                return new DocumentState(_timestamp, _digest);
            }

            if (attempt == MostAttempts)
            {
                throw new ElasticError(
                    500,
                    "illegal_state_exception",
                    $"the fields of the document [{_id()}] can't be added to the mapping"
                ).Thrown();
            }
        }
    }

    private void ParseRoot(ReadOnlySpan<byte> source, FieldNode root)
    {
        var reader = new Utf8JsonReader(source, ReaderOptions);
        var rootColumn = 1L;
        try
        {
            if (!Utf8.IsValid(source))
            {
                throw DocumentErrors.Malformed(_id, source, rootColumn, DocumentErrors.InvalidUtf8(source)).Thrown();
            }

            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ElasticError(400, "document_parsing_exception", "Malformed content, must start with an object").Thrown();
            }

            rootColumn = reader.TokenStartIndex + 2;
            ParseObject(ref reader, source, root);
            if (reader.Read())
            {
                throw DocumentErrors
                    .Malformed(_id, source, rootColumn, "Malformed content, found extra data after parsing: " + reader.TokenType)
                    .Thrown();
            }
        }
        catch (JsonException exception)
        {
            throw DocumentErrors.Malformed(source, rootColumn, exception).Thrown();
        }
    }

    private void ParseObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        var instance = ++_instance;
        var previous = (FieldNode?)null;
        HashSet<string>? strangers = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var guess = previous is null ? node.FirstChild : previous.Follower;
            if (
                guess is null
                || reader.ValueIsEscaped
                || !reader.ValueSpan.SequenceEqual(guess.Utf8Name)
                || guess.IsDetached
                || !ReferenceEquals(guess.Parent, node)
            )
            {
                guess = _fields.Resolve(ref reader, source, node);
                if (guess is not null && ReferenceEquals(node.Find(guess.Utf8Name), guess))
                {
                    if (previous is null)
                    {
                        node.FirstChild = guess;
                    }
                    else
                    {
                        previous.Follower = guess;
                    }
                }
            }

            if (guess is null)
            {
                strangers ??= new HashSet<string>(StringComparer.Ordinal);
                if (!strangers.Add(reader.GetString()!))
                {
                    throw DocumentErrors.Duplicate(source, reader.GetString()!, reader.TokenStartIndex).Thrown();
                }

                reader.Read();
                reader.Skip();
                continue;
            }

            if (guess.Ordinal >= _seen.Length)
            {
                Array.Resize(ref _seen, guess.Ordinal + 64);
            }

            if (_seen[guess.Ordinal] == instance)
            {
                throw DocumentErrors.Duplicate(source, guess.Name, reader.TokenStartIndex).Thrown();
            }

            _seen[guess.Ordinal] = instance;
            reader.Read();
            previous = guess;
            ParseValue(ref reader, source, guess.Target ?? guess);
        }
    }

    private void ParseValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ParseValue(ref reader, source, node);
                }

                break;
            case JsonTokenType.StartObject when node.Kind is FieldKind.Object or FieldKind.Ignored:
                ParseObject(ref reader, source, node);
                break;
            case JsonTokenType.StartObject when node.Kind == FieldKind.Disabled:
                reader.Skip();
                break;
            case JsonTokenType.Null:
                break;
            default:
                if (node.Kind != FieldKind.Ignored)
                {
                    CheckValue(ref reader, source, node);
                }

                break;
        }
    }

    private void CheckValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        switch (node.Kind)
        {
            case FieldKind.Disabled:
                return;
            case FieldKind.Object:
                throw new ElasticError(
                    400,
                    "document_parsing_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} object mapping for [{node.Path}] tried to parse field "
                        + $"[{node.Name}] as object, but found a concrete value"
                ).Thrown();
            default:
                if (!TryCheck(ref reader, source, node, out var number))
                {
                    return;
                }

                if (number is { } value && node.Depth == 1)
                {
                    if (node.Kind == FieldKind.Date && node.Name == "_timestamp")
                    {
                        _timestamp ??= value;
                    }
                    else if (node.Kind == FieldKind.Long && node.Name == "_digest")
                    {
                        _digest ??= value;
                    }
                }

                return;
        }
    }

    /// <summary>False when the value does not fit and the index takes its document all the same.</summary>
    private bool TryCheck(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node, out long? number)
    {
        var isValue = reader.TokenType != JsonTokenType.StartObject;
        try
        {
            ValueChecks.Check(ref reader, source, node, _id, out number);
            return true;
        }
        catch (ElasticErrorException)
            when (_mapping!.IgnoresMalformed
                && isValue
                && (FieldKinds.IsNumber(node.Kind) || node.Kind is FieldKind.Date or FieldKind.Boolean)
            )
        {
            number = null;
            return false;
        }
    }
}
