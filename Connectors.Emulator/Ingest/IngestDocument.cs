using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Ingest;

/// <summary>
/// A document on its way through a pipeline. Its root members stay the bytes they came as until a processor looks into one: most documents
/// only lose a few members, which then costs a copy and no parsing.
/// </summary>
internal sealed class IngestDocument(string index, string id)
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };
    private readonly List<Member> _members = [];

    public string Index { get; } = index;

    public string Id { get; } = id;

    /// <summary>What <c>_ingest.*</c> stands for in templates.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <exception cref="ElasticErrorException">It is no JSON object.</exception>
    public void Read(ReadOnlyMemory<byte> source)
    {
        _members.Clear();
        var reader = new Utf8JsonReader(source.Span, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ElasticError(400, "document_parsing_exception", "Malformed content, must start with an object").Thrown();
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlyMemory<byte> utf8Name = reader.ValueIsEscaped
                    ? System.Text.Encoding.UTF8.GetBytes(DocumentErrors.NameOf(ref reader))
                    : source.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                _members.Add(new Member(utf8Name) { Raw = source[start..(int)reader.BytesConsumed] });
            }
        }
        catch (JsonException exception)
        {
            throw DocumentErrors.Malformed(source.Span, 2, exception).Thrown();
        }
    }

    public bool Has(FieldPath path) => path.Parts.Length == 1 ? Member(path) is not null : TryGet(path, out _);

    public bool TryGet(FieldPath path, out JsonNode? value)
    {
        value = null;
        if (Member(path) is not { } member)
        {
            return false;
        }

        value = member.Value();
        foreach (var part in path.Parts.AsSpan(1))
        {
            if (value is not JsonObject inner || !inner.TryGetPropertyValue(part, out value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a root member is exactly this JSON.</summary>
    public bool IsRaw(FieldPath path, ReadOnlySpan<byte> json) =>
        Member(path) is { } member
        && (member.IsParsed ? JsonNode.DeepEquals(member.Value(), JsonNode.Parse(json)) : member.Raw.Span.SequenceEqual(json));

    public void Set(FieldPath path, JsonNode? value)
    {
        var member = Member(path);
        if (member is null)
        {
            member = new Member(path.Root);
            _members.Add(member);
            member.Set(path.Parts.Length == 1 ? null : new JsonObject());
        }

        if (path.Parts.Length == 1)
        {
            member.Set(value);
            return;
        }

        var node = member.Value() as JsonObject ?? throw NotAnObject(path, path.Parts[0]).Thrown();
        foreach (var part in path.Parts.AsSpan(1, path.Parts.Length - 2))
        {
            node = (node[part] ??= new JsonObject()) as JsonObject ?? throw NotAnObject(path, part).Thrown();
        }

        node[path.Parts[^1]] = value;
    }

    /// <summary>False when it wasn't there.</summary>
    public bool Remove(FieldPath path)
    {
        if (path.Parts.Length == 1)
        {
            return _members.RemoveAll(member => member.Name.Span.SequenceEqual(path.Root)) > 0;
        }

        var node = Member(path)?.Value() as JsonObject;
        foreach (var part in path.Parts.AsSpan(1, path.Parts.Length - 2))
        {
            node = node?[part] as JsonObject;
        }

        return node?.Remove(path.Parts[^1]) == true;
    }

    public void Write(PooledBuffer output)
    {
        output.Write("{"u8);
        for (var i = 0; i < _members.Count; i++)
        {
            var member = _members[i];
            output.Write(i == 0 ? "\""u8 : ",\""u8);
            output.Write(JsonEncodedText.Encode(member.Name.Span, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.Write("\":"u8);
            if (!member.IsParsed)
            {
                output.Write(member.Raw.Span);
                continue;
            }

            using var json = new Utf8JsonWriter(output, WriterOptions);
            if (member.Value() is { } value)
            {
                value.WriteTo(json);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        output.Write("}"u8);
    }

    private Member? Member(FieldPath path)
    {
        foreach (var member in _members)
        {
            if (member.Name.Span.SequenceEqual(path.Root))
            {
                return member;
            }
        }

        return null;
    }

    private static ElasticError NotAnObject(FieldPath path, string part) =>
        ElasticErrors.IllegalArgument($"cannot set [{part}] with parent object of another type as part of path [{path.Text}]");
}

/// <summary>A root member: bytes until it is looked into.</summary>
internal sealed class Member(ReadOnlyMemory<byte> name)
{
    private JsonNode? _value;

    public ReadOnlyMemory<byte> Name { get; } = name;

    public ReadOnlyMemory<byte> Raw { get; init; }

    public bool IsParsed { get; private set; }

    public JsonNode? Value()
    {
        if (!IsParsed)
        {
            _value = JsonNode.Parse(Raw.Span, null, new JsonDocumentOptions { MaxDepth = 1000 });
            IsParsed = true;
        }

        return _value;
    }

    public void Set(JsonNode? value)
    {
        _value = value;
        IsParsed = true;
    }
}
