using System.Text;
using System.Text.Json;

namespace Connectors.Sync.Filtering;

/// <summary>
/// Finds the values of a few fields in a JSON body, in one pass and without building objects. <c>a.b</c> is the field of that name as
/// well as <c>b</c> in the object <c>a</c>. Elements of arrays count as values of their field; objects and null as none. Safe for
/// concurrent use.
/// </summary>
internal sealed class FieldFinder(IReadOnlyList<string> fields)
{
    // As deep as documents may be anywhere in this service.
    private const int MaxDepth = 1000;

    private readonly byte[][] _names = [.. fields.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Adds the values of the fields to <paramref name="found"/>.</summary>
    /// <exception cref="JsonException">The body is no JSON object.</exception>
    public void Find(ReadOnlyMemory<byte> body, List<FoundValue> found)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        Span<int> matched = stackalloc int[_names.Length];
        matched.Clear();
        ReadObject(ref reader, body, matched, found);
    }

    /// <param name="matched">For each field, the length of the part of its name that led to this object; -1 when the field can't be
    /// here.</param>
    private void ReadObject(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, scoped ReadOnlySpan<int> matched, List<FoundValue> found)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A document's body must be an object.");
        }

        Span<int> inner = stackalloc int[matched.Length];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isWanted, leadsOn) = Match(ref reader, matched, inner, out var wanted);
            reader.Read();
            if (isWanted || leadsOn)
            {
                ReadValue(ref reader, body, wanted, leadsOn, inner, found);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadValue(
        ref Utf8JsonReader reader,
        ReadOnlyMemory<byte> body,
        ulong wanted,
        bool leadsOn,
        scoped ReadOnlySpan<int> inner,
        List<FoundValue> found
    )
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadValue(ref reader, body, wanted, leadsOn, inner, found);
                }

                break;
            case JsonTokenType.StartObject when leadsOn:
                ReadObject(ref reader, body, inner, found);
                break;
            case JsonTokenType.StartObject:
                reader.Skip();
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                Add(ref reader, body, wanted, found);
                break;
        }
    }

    private static void Add(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ulong wanted, List<FoundValue> found)
    {
        var isText = reader.TokenType == JsonTokenType.String;
        var start = (int)reader.TokenStartIndex + (isText ? 1 : 0);
        var kind =
            isText ? ValueKind.Text
            : reader.TokenType == JsonTokenType.Number ? ValueKind.Number
            : ValueKind.Boolean;
        var raw = body.Slice(start, reader.ValueSpan.Length);
        for (var field = 0; wanted != 0; field++, wanted >>= 1)
        {
            if ((wanted & 1) != 0)
            {
                found.Add(new FoundValue(field, kind, raw, reader.ValueIsEscaped));
            }
        }
    }

    /// <summary>The fields whose whole name ends with this property (as bits), and whether the name of another one continues below
    /// it.</summary>
    private (bool IsWanted, bool LeadsOn) Match(
        ref Utf8JsonReader reader,
        scoped ReadOnlySpan<int> matched,
        scoped Span<int> inner,
        out ulong wanted
    )
    {
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        wanted = 0;
        var leadsOn = false;
        for (var field = 0; field < _names.Length; field++)
        {
            inner[field] = -1;
            if (matched[field] < 0)
            {
                continue;
            }

            var rest = _names[field].AsSpan(matched[field]);
            if (!rest.StartsWith(name))
            {
                continue;
            }

            if (rest.Length == name.Length)
            {
                wanted |= 1UL << field;
            }
            else if (rest[name.Length] == (byte)'.')
            {
                inner[field] = matched[field] + name.Length + 1;
                leadsOn = true;
            }
        }

        return (wanted != 0, leadsOn);
    }
}
