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
    /// Whether the problem may be gone at the next sync. The document must not count as up to date then, since nothing in the source changes when the file becomes
    /// readable. A file that can't be read as it is counts as up to date: it is tried again when it changes.
    /// </summary>
    public bool MayPass => Outcome == ContentOutcome.Unreadable;

    /// <summary>Whether it is no longer there, and its document with it.</summary>
    public bool IsGone => Outcome == ContentOutcome.Gone;

    /// <summary>Why there is no text, in a sentence for the report; <see langword="null"/> when there is.</summary>
    public string? Reason { get; }

    /// <summary>The text as valid UTF-8 without byte order mark, not escaped for JSON; valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Utf8 => _buffer is null || Outcome != ContentOutcome.Text ? default : _buffer.WrittenMemory[_start..];

    /// <summary>The file's own bytes, for the ingest pipeline to make text of; empty when there is text, or nothing. Valid until this is disposed.</summary>
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

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _buffer?.Dispose();
}

/// <summary>What became of a document's content.</summary>
internal enum ContentOutcome
{
    /// <summary>It was read and is text.</summary>
    Text,

    /// <summary>Its name or its bytes say that it is not text. Quiet: most files are not.</summary>
    NotText,

    /// <summary>It is over the limit.</summary>
    TooLarge,

    /// <summary>The source could not give it (<see cref="FailureKind.Skip"/>), or whatever makes text of it could not do so this time.</summary>
    Unreadable,

    /// <summary>Its name says that it holds text, in a format that nobody here reads.</summary>
    Unsupported,

    /// <summary>It was listed, and is no longer there.</summary>
    Gone,

    /// <summary>It is damaged, locked with a password, or needs more than the limits: it will be no different another time.</summary>
    NotExtractable,

    /// <summary>It goes along as it is, for the ingest pipeline.</summary>
    Attached,
}
