using Connectors.Abstractions;

namespace Connectors.Sync.Content;

/// <summary>The text of a document's content, or why there is none. Whoever received it disposes it. One thread at a time.</summary>
internal sealed class ContentText : IDisposable
{
    private readonly PooledBuffer? _buffer;
    private readonly int _start;

    private ContentText(ContentOutcome outcome, string? reason, PooledBuffer? buffer, int start)
    {
        Outcome = outcome;
        Reason = reason;
        _buffer = buffer;
        _start = start;
    }

    /// <summary>Whether there is text, and if not, why in one word.</summary>
    public ContentOutcome Outcome { get; }

    /// <summary>Whether <see cref="Utf8"/> is the content's text; it may be empty.</summary>
    public bool HasText => Outcome == ContentOutcome.Text;

    /// <summary>Whether the content should have been read but could not be. The document is then written without it and reported.</summary>
    public bool IsProblem => Outcome is ContentOutcome.Unreadable or ContentOutcome.NotExtractable or ContentOutcome.Unsupported;

    /// <summary>
    /// Whether the problem may be gone at the next sync. The document must then not count as up to date, because nothing in the source
    /// changes when the file becomes readable. An unreadable file counts as up to date: it is read again when it changes.
    /// </summary>
    public bool MayPass => Outcome == ContentOutcome.Unreadable;

    /// <summary>Whether it is no longer there, and its document with it.</summary>
    public bool IsGone => Outcome == ContentOutcome.Gone;

    /// <summary>Why there is no text, in a sentence for the report; <see langword="null"/> when there is.</summary>
    public string? Reason { get; }

    /// <summary>The text as valid UTF-8 without byte order mark, not escaped for JSON; valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Utf8 => _buffer is null || Outcome != ContentOutcome.Text ? default : _buffer.WrittenMemory[_start..];

    /// <summary>The file's own bytes, for the ingest pipeline to make text of; empty when there is text, or nothing. Valid until this is
    /// disposed.</summary>
    public ReadOnlyMemory<byte> Attachment => _buffer is null || Outcome != ContentOutcome.Attached ? default : _buffer.WrittenMemory;

    /// <summary>Takes the buffer over; the text begins at <paramref name="start"/>.</summary>
    public static ContentText Of(PooledBuffer buffer, int start = 0) => new(ContentOutcome.Text, null, buffer, start);

    /// <summary>The file itself. Takes the buffer over.</summary>
    public static ContentText Attached(PooledBuffer buffer) => new(ContentOutcome.Attached, null, buffer, 0);

    /// <summary>No text, and why.</summary>
    public static ContentText None(ContentOutcome outcome, string reason) => new(outcome, reason, null, 0);

    /// <summary>Cuts the text to a number of bytes, between two characters.</summary>
    public ContentText CutTo(int maxBytes)
    {
        if (_buffer is not null && Utf8.Length > maxBytes)
        {
            var end = _start + maxBytes;
            while (end > _start && (_buffer.WrittenSpan[end] & 0xC0) == 0x80)
            {
                end--;
            }

            _buffer.Truncate(end);
        }

        return this;
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => _buffer?.Dispose();
}

/// <summary>The outcome of reading a document's content.</summary>
internal enum ContentOutcome
{
    /// <summary>It was read and is text.</summary>
    Text,

    /// <summary>Its name or its bytes say that it is not text. Not reported: most files are not text.</summary>
    NotText,

    /// <summary>It is over the limit.</summary>
    TooLarge,

    /// <summary>The source could not provide it (<see cref="FailureKind.Skip"/>), or the text extraction failed this time.</summary>
    Unreadable,

    /// <summary>Its name says that it holds text, in a format that nobody here reads.</summary>
    Unsupported,

    /// <summary>It was listed, and is no longer there.</summary>
    Gone,

    /// <summary>It is damaged, password-protected, or exceeds the limits: a retry would not help.</summary>
    NotExtractable,

    /// <summary>It is sent unchanged, for the ingest pipeline.</summary>
    Attached,
}
