using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Connectors;

/// <summary>
/// The body of a connector call, with the place of each of its parts: Elasticsearch's parsers tell line and column of what they don't take.
/// </summary>
/// <param name="Name">The parser's name in errors, for instance <c>connector_put_request</c>.</param>
internal sealed record RequestBody(string Name)
{
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    public required JsonObject Json { get; init; }

    /// <summary>Reads a body whose fields must be among those named; an empty body is an empty object.</summary>
    /// <exception cref="ElasticErrorException">It is no JSON object, or has an unknown field.</exception>
    public static RequestBody Read(Exchange exchange, string name, params ReadOnlySpan<string> fields)
    {
        var body = new RequestBody(name) { Json = exchange.BodyObject() };
        body.Locate(exchange.Body.Span);
        foreach (var (field, _) in body.Json)
        {
            if (!fields.Contains(field))
            {
                throw new ElasticError(
                    400,
                    "x_content_parse_exception",
                    $"[{body._places["/" + field].Name}] [{name}] unknown field [{field}]"
                ).Thrown();
            }
        }

        return body;
    }

    /// <summary>Names the fields that are missing, as a parser does at the end of its object.</summary>
    public static ElasticError? Missing(JsonObject json, params string[] required)
    {
        var missing = required.Where(field => json[field] is null).ToList();
        return missing.Count == 0 ? null : ElasticErrors.IllegalArgument($"Required [{string.Join(", ", missing)}]");
    }

    /// <exception cref="ElasticErrorException">400: one of the fields is missing.</exception>
    public void Require(params string[] required)
    {
        if (Missing(Json, required) is { } error)
        {
            throw error.Thrown();
        }
    }

    /// <summary>What is wrong with a value, told by every parser from the outermost to the one that met it.</summary>
    /// <param name="path">The value's path, for instance <c>/scheduling/full/interval</c>.</param>
    /// <param name="cause">What was thrown.</param>
    /// <param name="atEnd">The fault showed at the end of the value and not at its beginning.</param>
    /// <param name="inner">The parsers below this body's, each with the field at which it failed.</param>
    public ElasticError Failed(
        string path,
        ElasticError cause,
        bool atEnd = false,
        params ReadOnlySpan<(string Parser, string Field)> inner
    )
    {
        var position = atEnd ? _places[path].End : _places[path].Value;
        var error = cause;
        for (var depth = inner.Length - 1; depth >= 0; depth--)
        {
            error = Failed(position, inner[depth].Parser, inner[depth].Field, error);
        }

        return Failed(position, Name, path.Split('/')[1], error);
    }

    private static ElasticError Failed(string position, string parser, string field, ElasticError cause) =>
        new(400, "x_content_parse_exception", $"[{position}] [{parser}] failed to parse field [{field}]", cause);

    private void Locate(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        Locate(ref reader, json, string.Empty, string.Empty);
    }

    private void Locate(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string path, string name)
    {
        var value = LineAndColumn(json, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var field = reader.GetString()!;
                    var position = LineAndColumn(json, reader.TokenStartIndex);
                    reader.Read();
                    Locate(ref reader, json, $"{path}/{field}", position);
                }

                break;
            case JsonTokenType.StartArray:
                for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                {
                    Locate(ref reader, json, $"{path}/[{index}]", name);
                }

                break;
        }

        _places[path] = new Place(name, value, LineAndColumn(json, reader.TokenStartIndex));
    }

    private static string LineAndColumn(ReadOnlySpan<byte> json, long offset)
    {
        var before = json[..(int)offset];
        return $"{before.Count((byte)'\n') + 1}:{before.Length - before.LastIndexOf((byte)'\n')}";
    }

    private sealed record Place(string Name, string Value, string End);
}
