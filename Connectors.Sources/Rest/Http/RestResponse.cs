using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// An answer: its status, its headers, and its body in one pooled buffer. What <see cref="Json"/> gives points into that buffer and ends
/// with it:
/// copy out what is kept longer. One thread at a time.
/// </summary>
internal sealed class RestResponse : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };
    private readonly PooledBuffer _body;
    private readonly string _place;
    private readonly string? _mediaType;
    private readonly string _codings;
    private readonly Func<RestResponse, JsonDocument>? _read;
    private JsonDocument? _document;

    /// <param name="address">Where it came from, after redirects.</param>
    /// <param name="message">Status and headers; they are kept, its content is not.</param>
    /// <param name="body">The body; disposed with this.</param>
    /// <param name="read">Reads the body as JSON; <see langword="null"/> for JSON in UTF-8.</param>
    public RestResponse(Uri address, HttpResponseMessage message, PooledBuffer body, Func<RestResponse, JsonDocument>? read = null)
    {
        (Address, Status, Headers, _body, _read) = (address, message.StatusCode, message.Headers, body, read);
        _mediaType = message.Content.Headers.ContentType?.MediaType;
        _codings = string.Join(", ", message.Content.Headers.ContentEncoding);
        ContentType = message.Content.Headers.TryGetValues("Content-Type", out var types) ? string.Join(',', types) : null;
        (ContentLength, ContentRange) = (message.Content.Headers.ContentLength, message.Content.Headers.ContentRange);
        LastModified = message.Content.Headers.LastModified;
        _place = RestErrors.Name(address);
    }

    /// <summary>Where it came from, after redirects.</summary>
    public Uri Address { get; }

    /// <summary>Its status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Its headers, without those of the content.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>Its <c>Content-Type</c> as it came, or <see langword="null"/>.</summary>
    public string? ContentType { get; }

    /// <summary>Bytes of the body, or <see langword="null"/> when it did not say or was packed on the way.</summary>
    public long? ContentLength { get; }

    /// <summary>Which part of a content the body is, or <see langword="null"/> when it does not say.</summary>
    public ContentRangeHeaderValue? ContentRange { get; }

    /// <summary>When its content was changed last, or <see langword="null"/> when it does not say.</summary>
    public DateTimeOffset? LastModified { get; }

    /// <summary>Whether the status is one of success.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _body.WrittenMemory;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="ConnectorException">It is none. What was cut off may be whole when it is asked for again; a page for people will
    /// not become JSON.</exception>
    public JsonElement Json => (_document ??= Read()).RootElement;

    /// <summary>A header's first value, or <see langword="null"/>.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The body as JSON, or <see langword="null"/> when it is none: for reasons that an error may give.</summary>
    public JsonElement? TryJson()
    {
        try
        {
            return Json;
        }
        catch (ConnectorException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _document?.Dispose();
        _body.Dispose();
    }

    private JsonDocument Read()
    {
        try
        {
            return _read?.Invoke(this) ?? Parse();
        }
        catch (ConnectorException) when (_codings.Length > 0 && !BeginsAsJson())
        {
            throw new ConnectorException(
                $"{_place}: the answer is packed ({_codings}) in a way that is not known here. Have the server send it unpacked, or with "
                    + "gzip or br."
            );
        }
    }

    /// <summary>What is packed hardly ever does, and is never empty. Some servers name a coding and pack nothing: then the answer just
    /// broke off.</summary>
    private bool BeginsAsJson()
    {
        var body = _body.WrittenMemory.Span;
        body = body.StartsWith("\ufeff"u8) ? body["\ufeff"u8.Length..] : body;
        return body.TrimStart(" \t\r\n"u8) is [] or [(byte)'{' or (byte)'[', ..];
    }

    private JsonDocument Parse()
    {
        try
        {
            return JsonDocument.Parse(LoneSurrogates.Replace(_body.WrittenMemory), Options);
        }
        catch (JsonException) when (_mediaType is null || _mediaType.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ConnectorException(FailureKind.Retry, $"{_place}: the answer is cut off or is not JSON.");
        }
        catch (JsonException)
        {
            throw new ConnectorException(
                $"{_place}: answers with {_mediaType} where JSON belongs, so something else than the service answers there. Check the "
                    + "address."
            );
        }
    }
}
