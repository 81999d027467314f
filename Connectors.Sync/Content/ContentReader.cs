using System.Net.Sockets;
using Connectors.Abstractions;
using Connectors.Charsets;
using Connectors.Sync.Bulk;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Content;

/// <summary>Reads the text of documents' content, up to a limit. Safe for concurrent use; how many are read at a time is the caller's
/// business.</summary>
/// <param name="options">Limits and kinds of files.</param>
/// <param name="extractor">Extracts text from files that are not text; <see langword="null"/> to skip such files.</param>
/// <param name="calls">How the source is called; <see langword="null"/> to call it without limit and retries.</param>
internal sealed class ContentReader(ContentOptions options, IContentExtractor? extractor = null, SourceCalls? calls = null)
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>How many bytes <see cref="ReadAsync(DocumentContent, CancellationToken)"/> will fetch: none of a content that is too large
    /// or of a kind that nobody reads.</summary>
    /// <param name="content">The content.</param>
    /// <param name="unknown">The answer for a content whose size the source does not know.</param>
    public long BytesOf(DocumentContent content, long unknown)
    {
        ArgumentNullException.ThrowIfNull(content);
        var extension = Path.GetExtension(content.FileName);
        return content.SizeInBytes > options.MaxBytes
            || (!options.Extensions.Contains(extension) && extractor?.Extensions.Contains(extension) != true)
                ? 0
            : content.SizeInBytes < 0 ? Math.Min(unknown, options.MaxBytes)
            : content.SizeInBytes;
    }

    /// <summary>Reads the content's text. The stream is disposed when this returns, whatever happens.</summary>
    /// <exception cref="ConnectorException">
    /// A failure that concerns more than this one content: kind <see cref="FailureKind.Retry"/> (a broken connection too) or
    /// <see cref="FailureKind.Fatal"/>. A document must not be written without its content because of a transient failure.
    /// </exception>
    public Task<ContentText> ReadAsync(DocumentContent content, CancellationToken cancellationToken) =>
        ReadAsync(content, pace: null, cancellationToken);

    /// <summary>The same; tells <paramref name="pace"/> whether the source takes so many calls at the same time.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the sync is being stopped.</exception>
    public async Task<ContentText> ReadAsync(DocumentContent content, AdaptiveConcurrency? pace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var extension = Path.GetExtension(content.FileName);
        var isExtracted = extractor?.Extensions.Contains(extension) == true;
        if (!isExtracted && !options.Extensions.Contains(extension))
        {
            return extractor is not null && ExtractableFileTypes.ByTika.Contains(extension)
                ? ContentText.None(
                    ContentOutcome.Unsupported,
                    $"{content.FileName}: {extension} files are not read in this way. docs/content.md names one that reads them."
                )
                : ContentText.None(ContentOutcome.NotText, $"'{extension}' is not the extension of a file that holds text");
        }

        if (content.SizeInBytes > options.MaxBytes)
        {
            return TooLarge(content.SizeInBytes);
        }

        try
        {
            return await ReadBytesAsync(content, pace, cancellationToken) is not { } bytes ? TooLarge(options.MaxBytes + 1)
                : extractor is not null && (isExtracted || ExtractableFileTypes.AreKnown(bytes.WrittenSpan))
                    ? await ExtractAsync(extractor, content, bytes, cancellationToken)
                : TextDecoder.Decode(bytes, DeclaredCharset.OfMediaType(content.MediaType), IsHtml(content))?.CutTo(options.MaxTextBytes)
                    ?? ContentText.None(ContentOutcome.NotText, "it holds NUL bytes, so it is not text");
        }
        catch (ConnectorException failure) when (failure.Kind == FailureKind.Skip)
        {
            return ContentText.None(failure.IsGone ? ContentOutcome.Gone : ContentOutcome.Unreadable, failure.Message);
        }
        catch (Exception broken) when (IsBroken(broken, cancellationToken))
        {
            throw BrokeOff(content, broken);
        }
    }

    /// <summary>The content's bytes, each read limited and retried; <see langword="null"/> when there are too many.</summary>
    private async Task<PooledBuffer?> ReadBytesAsync(
        DocumentContent content,
        AdaptiveConcurrency? pace,
        CancellationToken cancellationToken
    )
    {
        if (calls is null)
        {
            return await FetchAsync(content, new Progress(), cancellationToken);
        }

        var progress = new Progress();
        return await calls.RunAsync($"the content of '{content.FileName}'", TryAsync, () => progress.Bytes, cancellationToken);

        async Task<PooledBuffer?> TryAsync(CancellationToken token)
        {
            try
            {
                var bytes = await FetchAsync(content, progress, token);
                pace?.Accepted();
                return bytes;
            }
            catch (ConnectorException refused) when (refused.Kind == FailureKind.Retry)
            {
                pace?.Overloaded();
                throw;
            }
            catch (Exception broken) when (IsBroken(broken, token))
            {
                pace?.Overloaded();
                throw BrokeOff(content, broken);
            }
        }
    }

    // The stream and its exceptions belong to a client library; anything that is neither ours nor a cancellation is a broken transfer. A
    // stop cancels as well: it ends the pause before a retry, and a call that waits.
    private bool IsBroken(Exception failure, CancellationToken cancellationToken) =>
        failure is not ConnectorException
        && !(
            failure is OperationCanceledException
            && (cancellationToken.IsCancellationRequested || calls?.Stop.IsCancellationRequested == true)
        );

    private ConnectorException BrokeOff(DocumentContent content, Exception broken)
    {
        calls?.Note(broken);
        var what = Redactor.MessageOf(broken);
        return new ConnectorException(
            FailureKind.Retry,
            broken is IOException or HttpRequestException or SocketException
                ? $"{content.FileName}: reading its content broke off: {what}"
                : $"{content.FileName}: reading its content broke off with {broken.GetType().Name}: {what}",
            broken
        );
    }

    private ConnectorException NoStream(DocumentContent content) =>
        new(
            $"{calls?.Class ?? "The source"} gave null when the content of '{content.FileName}' was opened. This is a bug in the source: "
                + "an empty stream, or a failure of kind Skip, says that there is nothing to read."
        );

    private static async Task<ContentText> ExtractAsync(
        IContentExtractor extractor,
        DocumentContent content,
        PooledBuffer bytes,
        CancellationToken cancellationToken
    )
    {
        if (bytes.Length == 0)
        {
            return ContentText.Of(bytes);
        }

        // What the source says of the charset does not go along with the file.
        var marked =
            IsHtml(content) && DeclaredCharset.OfMediaType(content.MediaType) is { } declared ? TextDecoder.Marked(bytes, declared) : bytes;
        return await extractor.ExtractAsync(content.FileName, marked, cancellationToken);
    }

    private static bool IsHtml(DocumentContent content) =>
        Path.GetExtension(content.FileName).ToLowerInvariant() is ".html" or ".htm" or ".xhtml" or ".aspx";

    /// <summary>The content's bytes; <see langword="null"/> when there are too many.</summary>
    private async Task<PooledBuffer?> FetchAsync(DocumentContent content, Progress progress, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer((int)Math.Min(content.SizeInBytes < 0 ? FirstBuffer : content.SizeInBytes + 1, options.MaxBytes + 1));
        var isOurs = true;
        try
        {
            await using var stream = await (content.OpenAsync(cancellationToken) ?? throw NoStream(content)) ?? throw NoStream(content);
            while (buffer.Length <= options.MaxBytes)
            {
                var read = await stream.ReadAsync(buffer.GetMemory(1), cancellationToken);
                if (read == 0)
                {
                    isOurs = false;
                    return buffer;
                }

                buffer.Advance(read);
                progress.Add(read);
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

    private ContentText TooLarge(long size) =>
        ContentText.None(
            ContentOutcome.TooLarge,
            $"its content of {size:N0} bytes or more is over the limit of {options.MaxBytes:N0} bytes, so only its metadata is indexed"
        );

    /// <summary>Bytes that came, over all tries.</summary>
    private sealed class Progress
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
    }
}
