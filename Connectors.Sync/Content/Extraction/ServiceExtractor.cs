using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sync.Content.Extraction;

/// <summary>
/// Elastic's data extraction service. A file is sent with <c>PUT /extract_text/</c>; the answer is JSON with <c>extracted_text</c>, or with
/// <c>error</c> and <c>message</c>. Status 422 means that the file can't be read.
/// </summary>
internal sealed class ServiceExtractor(ExtractionServiceOptions options, int maxTextBytes, HttpClient http, TimeProvider time)
    : IContentExtractor
{
    private const int Tries = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private readonly Uri _address = new(options.Host.AbsoluteUri.TrimEnd('/') + "/extract_text/");

    public IReadOnlySet<string> Extensions => ExtractableFileTypes.ByTika;

    public async Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken)
    {
        using (bytes)
        {
            for (var number = 1; ; number++)
            {
                var (text, failure) = await TryAsync(fileName, bytes.WrittenMemory, cancellationToken);
                if (text is not null)
                {
                    return text;
                }

                if (number == Tries)
                {
                    return ContentText.None(ContentOutcome.Unreadable, $"{fileName}: its content can't be extracted: {failure}.");
                }

                await Task.Delay(FirstPause * number, time, cancellationToken);
            }
        }
    }

    /// <summary>Sends the file once. Without an answer that counts there is a reason instead, and it may be sent again.</summary>
    private async Task<(ContentText? Text, string? Failure)> TryAsync(
        string fileName,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        using var late = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, _address) { Content = new ReadOnlyMemoryContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity))
            {
                return (null, $"the extraction service at {options.Host} answers {(int)response.StatusCode}");
            }

            using var body = await ReadAsync(response, either.Token);
            return (
                body is null
                    ? Refused(fileName, $"its text is over the limit of {maxTextBytes:N0} bytes (service.max_text_size)")
                    : Parse(fileName, body),
                null
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (
                null,
                $"the extraction service at {options.Host} took longer than {options.Timeout.TotalSeconds:0.#} s "
                    + "(extraction_service.timeout)"
            );
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            return (null, $"the extraction service at {options.Host} does not answer as it should: {Sentences.Inner(failure.Message)}");
        }
    }

    /// <summary>The body; <see langword="null"/> when it can't but hold more text than is wanted, however it is escaped.</summary>
    private async Task<PooledBuffer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var limit = (6L * maxTextBytes) + (64 * 1024);
        var body = new PooledBuffer(64 * 1024);
        var isOurs = true;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (body.Length <= limit)
            {
                var read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken);
                if (read == 0)
                {
                    isOurs = false;
                    return body;
                }

                body.Advance(read);
            }

            return null;
        }
        finally
        {
            if (isOurs)
            {
                body.Dispose();
            }
        }
    }

    private ContentText Parse(string fileName, PooledBuffer body)
    {
        var reader = new Utf8JsonReader(body.WrittenSpan);
        PooledBuffer? text = null;
        string? error = null,
            message = null;
        try
        {
            reader.Read();
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                var (isText, isError, isMessage) = (
                    reader.ValueTextEquals("extracted_text"u8),
                    reader.ValueTextEquals("error"u8),
                    reader.ValueTextEquals("message"u8)
                );
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && isText && text is null)
                {
                    text = new PooledBuffer(reader.ValueSpan.Length);
                    text.Advance(reader.CopyString(text.GetSpan(reader.ValueSpan.Length)));
                }
                else if (reader.TokenType == JsonTokenType.String && (isError || isMessage))
                {
                    (error, message) = (isError ? reader.GetString() : error, isMessage ? reader.GetString() : message);
                }
                else
                {
                    reader.Skip();
                }
            }

            if (!string.IsNullOrEmpty(error) || text is null)
            {
                text?.Dispose();
                return Refused(
                    fileName,
                    $"the extraction service says: {error ?? "nothing"}{(message is null ? "" : $": {Sentences.Inner(message)}")}"
                );
            }

            return ContentText.Of(text).CutTo(maxTextBytes);
        }
        catch
        {
            text?.Dispose();
            throw;
        }
    }

    private static ContentText Refused(string fileName, string reason) =>
        ContentText.None(ContentOutcome.NotExtractable, $"{fileName}: its content can't be extracted: {reason}.");
}
