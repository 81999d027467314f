using Connectors.Sync.Content.Charsets;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Content;

/// <summary>Reads the text of documents' content, up to a limit. Safe for concurrent use; how many are read at a time is the caller's business.</summary>
/// <param name="options">Limits and kinds of files.</param>
/// <param name="extractor">Reads what is not text itself; <see langword="null"/> to leave such files alone.</param>
internal sealed class ContentReader(ContentOptions options, IContentExtractor? extractor = null)
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Reads the content's text. The stream is disposed when this returns, whatever happens.</summary>
    /// <exception cref="ConnectorException">A failure that concerns more than this one content: kind <see cref="FailureKind.Retry"/> (a broken connection
    /// too) or <see cref="FailureKind.Fatal"/>. A document must not be written without its content because of a fault that passes.</exception>
    public async Task<ContentText> ReadAsync(DocumentContent content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var extension = Path.GetExtension(content.FileName);
        var isExtracted = extractor?.Extensions.Contains(extension) == true;
        if (!isExtracted && !options.Extensions.Contains(extension))
        {
            return extractor is not null && ExtractableFileTypes.ByTika.Contains(extension)
                ? ContentText.None(ContentOutcome.Unsupported, $"{content.FileName}: {extension} files are not read in this way. docs/content.md names one that reads them.")
                : ContentText.None(ContentOutcome.NotText, $"'{extension}' is not the extension of a file that holds text");
        }

        if (content.SizeInBytes > options.MaxBytes)
        {
            return TooLarge(content.SizeInBytes);
        }

        try
        {
            return await FetchAsync(content, cancellationToken) is not { } bytes ? TooLarge(options.MaxBytes + 1)
                : extractor is not null && (isExtracted || ExtractableFileTypes.AreKnown(bytes.WrittenSpan)) ? await ExtractAsync(extractor, content, bytes, cancellationToken)
                : TextDecoder.Decode(bytes, DeclaredCharset.OfMediaType(content.MediaType), IsHtml(content))?.CutTo(options.MaxTextBytes) ?? ContentText.None(ContentOutcome.NotText, "it holds NUL bytes, so it is not text");
        }
        catch (ConnectorException failure) when (failure.Kind == FailureKind.Skip)
        {
            return ContentText.None(failure.IsGone ? ContentOutcome.Gone : ContentOutcome.Unreadable, failure.Message);
        }
        catch (Exception broken) when (broken is not ConnectorException && !(broken is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // The stream is a client library's, and so are its exceptions; what is neither ours nor a cancellation is a broken transfer.
            throw new ConnectorException(FailureKind.Retry, $"{content.FileName}: reading its content broke off: {broken.Message}", broken);
        }
    }

    private static async Task<ContentText> ExtractAsync(IContentExtractor extractor, DocumentContent content, PooledBuffer bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length == 0)
        {
            return ContentText.Of(bytes);
        }

        // What the source says of the charset does not go along with the file.
        var marked = IsHtml(content) && DeclaredCharset.OfMediaType(content.MediaType) is { } declared ? TextDecoder.Marked(bytes, declared) : bytes;
        return await extractor.ExtractAsync(content.FileName, marked, cancellationToken);
    }

    private static bool IsHtml(DocumentContent content) =>
        Path.GetExtension(content.FileName).ToLowerInvariant() is ".html" or ".htm" or ".xhtml" or ".aspx";

    /// <summary>The content's bytes; <see langword="null"/> when there are too many.</summary>
    private async Task<PooledBuffer?> FetchAsync(DocumentContent content, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer((int)Math.Min(content.SizeInBytes < 0 ? FirstBuffer : content.SizeInBytes + 1, options.MaxBytes + 1));
        var isOurs = true;
        try
        {
            await using var stream = await content.OpenAsync(cancellationToken);
            while (buffer.Length <= options.MaxBytes)
            {
                var read = await stream.ReadAsync(buffer.GetMemory(1), cancellationToken);
                if (read == 0)
                {
                    isOurs = false;
                    return buffer;
                }

                buffer.Advance(read);
            }

            return null;
        }
        finally
        {
            if (isOurs)
            {
                buffer.Dispose();
            }
        }
    }

    private ContentText TooLarge(long size) => ContentText.None(
        ContentOutcome.TooLarge,
        $"its content of {size:N0} bytes or more is over the limit of {options.MaxBytes:N0} bytes, so only its metadata is indexed");
}
