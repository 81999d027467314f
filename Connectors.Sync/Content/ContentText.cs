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

    /// <summary>
    /// Whether the content should have been read but could not be. The document is then written without it and reported, and must not
    /// count as up to date at the next sync, since nothing in the source changes when the file becomes readable.
    /// </summary>
    public bool IsProblem => Outcome == ContentOutcome.Unreadable;

    /// <summary>Why there is no text, in a sentence for the report; <see langword="null"/> when there is.</summary>
    public string? Reason { get; }

    /// <summary>The text as valid UTF-8 without byte order mark, not escaped for JSON; valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Utf8 => _buffer is null ? default : _buffer.WrittenMemory[_start..];

    /// <summary>Takes the buffer over; the text begins at <paramref name="start"/>.</summary>
    public static ContentText Of(PooledBuffer buffer, int start = 0) => new(ContentOutcome.Text, null, buffer, start);

    /// <summary>No text, and why.</summary>
    public static ContentText None(ContentOutcome outcome, string reason) => new(outcome, reason, null, 0);

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

    /// <summary>The source could not give it (<see cref="FailureKind.Skip"/>).</summary>
    Unreadable,
}
