namespace Connectors.Abstractions;

/// <summary>
/// A document's content, for example a file's bytes, which is fetched only when the document is written. It may be asked for long after its
/// page was read, and more than once.
/// </summary>
public abstract class DocumentContent
{
    /// <summary>The file's name with its extension, which tells the kind of content.</summary>
    public abstract string FileName { get; }

    /// <summary>Size in bytes, or -1 when unknown. Content over the limit is not fetched.</summary>
    public abstract long SizeInBytes { get; }

    /// <summary>The media type that the source has for it, as far as it is known once it was opened; <see langword="null"/> when there is
    /// none. Only its <c>charset</c> is used.</summary>
    public virtual string? MediaType => null;

    /// <summary>Opens the content from its start. The caller disposes the stream.</summary>
    /// <exception cref="ConnectorException">Kind <see cref="FailureKind.Skip"/>: this one can't be read; the document is then written
    /// without it, and reported. With <see cref="ConnectorException.IsGone"/> the document is gone as well, and not written. Other kinds as
    /// everywhere.</exception>
    public abstract Task<Stream> OpenAsync(CancellationToken cancellationToken);
}
