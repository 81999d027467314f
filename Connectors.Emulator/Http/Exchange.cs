using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Microsoft.AspNetCore.Http;

namespace Connectors.Emulator.Http;

/// <summary>One request with its body read, and the answer being made. Handlers are synchronous: everything is in memory.</summary>
internal sealed class Exchange(string method, string path, string[] segments, IQueryCollection query, ReadOnlyMemory<byte> body)
    : IDisposable
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1000,
    };
    private Utf8JsonWriter? _json;

    public string Method { get; } = method;

    public string Path { get; } = path;

    /// <summary>The path's parts, decoded.</summary>
    public string[] Segments { get; } = segments;

    public ReadOnlyMemory<byte> Body { get; } = body;

    public int Status { get; set; } = 200;

    public string? Location { get; set; }

    public int? RetryAfterSeconds { get; set; }

    /// <summary>Operations of a bulk request that were carried out or refused one by one.</summary>
    public int Writes { get; set; }

    /// <summary>Texts of them that inference endpoints were asked about.</summary>
    public int Inferences { get; set; }

    /// <summary>True when the handler has applied <c>filter_path</c> itself.</summary>
    public bool IsFiltered { get; set; }

    /// <summary>The media type of an answer that is no JSON; <see langword="null"/> for one that is.</summary>
    public string? TextType { get; private set; }

    /// <summary>Whether the client asked for JSON by name.</summary>
    public bool WantsJson { get; init; }

    public PooledBuffer Output { get; } = new();

    public Utf8JsonWriter Json => _json ??= new Utf8JsonWriter(Output, WriterOptions);

    /// <summary>A parameter of the query string; null when it was not given.</summary>
    public string? this[string parameter] => query.TryGetValue(parameter, out var value) ? value.ToString() : null;

    public IEnumerable<string> ParameterNames => query.Keys;

    public JsonObject BodyObject() => Http.Json.Body(Body.Span);

    /// <summary>A parameter without a value, as in <c>?refresh</c>, is true.</summary>
    public bool Flag(string parameter, bool otherwise = false) =>
        this[parameter] switch
        {
            null => otherwise,
            "" or "true" => true,
            "false" => false,
            var other => throw ElasticErrors
                .IllegalArgument($"Failed to parse value [{other}] as only [true] or [false] are allowed.")
                .Thrown(),
        };

    public long? Number(string parameter) =>
        this[parameter] switch
        {
            null => null,
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            var text => throw ElasticErrors
                .IllegalArgument(
                    $"Failed to parse {(parameter.Contains("seq", StringComparison.Ordinal) ? "long" : "int")} parameter [{parameter}] "
                        + $"with value [{text}]"
                )
                .Thrown(),
        };

    /// <summary>Starts the answer over, as an error.</summary>
    public void Fail(ElasticError error)
    {
        Output.Clear();
        _json?.Reset(Output);
        IsFiltered = true;
        TextType = null;
        Status = error.Status;
        RetryAfterSeconds = error.RetryAfterSeconds;
        error.WriteBody(Json);
    }

    /// <summary>Answers with text for people.</summary>
    public void Text(string text)
    {
        (TextType, IsFiltered) = ("text/plain; charset=UTF-8", true);
        Output.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public void Acknowledge()
    {
        Json.WriteStartObject();
        Json.WriteBoolean("acknowledged", true);
        Json.WriteEndObject();
    }

    public void Flush() => _json?.Flush();

    public void Dispose()
    {
        _json?.Dispose();
        Output.Dispose();
    }
}
