using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Connectors.Abstractions;

/// <summary>
/// Collects a page's documents in one pooled buffer. A source writes each body either through
/// <see cref="Begin(string, DateTimeOffset?, DocumentContent?)"/>, a <see cref="Utf8JsonWriter"/> and <see cref="End"/>, or in one go
/// through <see cref="Add"/>. Dispose it when no page was built (after an error); <see cref="Build"/> hands the memory over to the page.
/// One thread at a time.
/// </summary>
public sealed class SourcePageBuilder : IDisposable
{
    private const int LargestFirst = 2 * 1024 * 1024;

    private readonly PageLimits _limits;
    private PageEntries? _entries = new();
    private readonly List<string> _unreadable = [];
    private readonly List<SourceProblem> _problems = [];
    private PooledBuffer? _buffer;
    private Utf8JsonWriter? _json;
    private string? _gap;
    private (int IdStart, int IdLength, DateTimeOffset? Timestamp, DocumentContent? Content)? _open;
    private int? _volatileStart;

    /// <summary>An empty page that is full at <paramref name="limits"/>.</summary>
    public SourcePageBuilder(PageLimits limits)
    {
        _limits = limits;

        // Memory that is never written to is never resident, and a page that grows step by step leaves all its smaller arrays behind.
        _buffer = new PooledBuffer(Math.Clamp(limits.MaxBytes, 256, LargestFirst));
    }

    /// <summary>Documents added so far.</summary>
    public int Count => Entries.Count;

    /// <summary>Whether a limit is reached, or the sync is being stopped and there is a document. One document more does no harm; a source
    /// that keeps adding breaks the memory bound.</summary>
    public bool IsFull =>
        Entries.Count >= _limits.MaxDocuments
        || Buffer.Length >= _limits.MaxBytes
        || (Entries.Count > 0 && _limits.Ending.IsCancellationRequested);

    /// <summary>Bytes of ids and bodies so far.</summary>
    internal int SizeInBytes => Buffer.Length;

    private PooledBuffer Buffer => _buffer ?? throw Built();

    private PageEntries Entries => _entries ?? throw Built();

    /// <summary>Begins a document. The caller writes exactly one JSON object to the returned writer, then calls
    /// <see cref="End"/>.</summary>
    /// <param name="id">Any text but the empty one.</param>
    /// <param name="timestamp">When the document changed last, if the source knows.</param>
    /// <param name="content">Content to fetch if the document has to be written.</param>
    /// <exception cref="ArgumentException">The id is empty, or the content has no name.</exception>
    public Utf8JsonWriter Begin(string id, DateTimeOffset? timestamp = null, DocumentContent? content = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        BeginRaw(Encoding.UTF8.GetBytes(id), timestamp, content);
        if (_json is null)
        {
            _json = new Utf8JsonWriter(Buffer, JsonBodies.WriterOptions);
        }
        else
        {
            _json.Reset(Buffer);
        }

        return _json;
    }

    /// <summary>Begins a document whose body the caller writes as raw UTF-8 JSON, one object, to the returned buffer, then calls
    /// <see cref="End"/>.</summary>
    /// <exception cref="ArgumentException">The id is empty, or the content has no name.</exception>
    public IBufferWriter<byte> BeginRaw(ReadOnlySpan<byte> id, DateTimeOffset? timestamp = null, DocumentContent? content = null)
    {
        if (id.IsEmpty)
        {
            throw new ArgumentException(
                $"Document {Count + 1} of a page has an empty id. Each needs one that stays the same from sync to sync.",
                nameof(id)
            );
        }

        if (_open is not null)
        {
            throw new InvalidOperationException("End the document before the next one begins.");
        }

        // Asked here, where whoever made it is called: a name that fails would be met far from it.
        if (content is { FileName: null })
        {
            throw new ArgumentException(
                $"Document '{Encoding.UTF8.GetString(id)}': the FileName of its content is null. It tells by its extension what the "
                    + "content is.",
                nameof(content)
            );
        }

        var buffer = Buffer;
        _volatileStart = null;
        _open = (buffer.Length, id.Length, timestamp, content);
        buffer.Write(id);
        return buffer;
    }

    /// <summary>
    /// Says that what is still to be written of the document may differ from one sync to the next, or be missing, though the document did
    /// not change: a server's estimate, or the answer of a call that may fail. It is indexed whenever the document is written, and never a
    /// reason to write it.
    /// </summary>
    public void MarkVolatile()
    {
        if (_open is null)
        {
            throw new InvalidOperationException("Begin a document first.");
        }

        _json?.Flush();
        _volatileStart = Buffer.Length;
    }

    /// <summary>Ends the document that was begun last.</summary>
    /// <exception cref="InvalidOperationException">None was begun, or nothing was written of it.</exception>
    public void End()
    {
        var (idStart, idLength, timestamp, content) = _open ?? throw new InvalidOperationException("Begin a document first.");
        _json?.Flush();
        var bodyStart = idStart + idLength;
        if (Buffer.Length == bodyStart)
        {
            throw new InvalidOperationException(
                $"Document '{Encoding.UTF8.GetString(Buffer.WrittenSpan.Slice(idStart, idLength))}': nothing was written between its "
                    + "beginning and its end. Its body has to be one JSON object, {} at least; Abandon forgets a document."
            );
        }

        Entries.Add(
            new PageEntry(
                idStart,
                idLength,
                bodyStart,
                Buffer.Length - bodyStart,
                timestamp,
                content,
                Buffer.Length - (_volatileStart ?? Buffer.Length)
            )
        );
        _open = null;
    }

    /// <summary>Forgets the document that was begun last, for one that turns out to be unreadable half-way.</summary>
    public void Abandon()
    {
        if (_open is { } open)
        {
            _json?.Reset();
            Buffer.Truncate(open.IdStart);
            _open = null;
        }
    }

    /// <summary>Adds a document whose body is already JSON.</summary>
    /// <param name="id">Any text but the empty one.</param>
    /// <param name="body">One JSON object as UTF-8.</param>
    /// <param name="timestamp">When the document changed last, if the source knows.</param>
    /// <param name="content">Content to fetch if the document has to be written.</param>
    /// <exception cref="ArgumentException">The id is empty, or the body is not one JSON object.</exception>
    public void Add(string id, ReadOnlySpan<byte> body, DateTimeOffset? timestamp = null, DocumentContent? content = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (JsonObjectProblem(body) is { } problem)
        {
            throw new ArgumentException($"Document '{id}': its body is not one JSON object: {problem}", nameof(body));
        }

        BeginRaw(Encoding.UTF8.GetBytes(id), timestamp, content);
        Buffer.Write(body);
        End();
    }

    /// <summary>Reports a document that exists but could not be read: it is neither written nor deleted in this sync.</summary>
    public void AddUnreadable(string id, string reason)
    {
        _unreadable.Add(id);
        _problems.Add(new SourceProblem(id, reason));
    }

    /// <summary>Reports that documents may exist that could not even be listed. The sync goes on, but deletes nothing.</summary>
    /// <param name="place">What could not be listed (a folder, a prefix).</param>
    /// <param name="reason">Why, in a sentence, and what helps. That nothing is deleted is said by the sync.</param>
    public void AddGap(string place, string reason)
    {
        _gap ??= $"{place}: {reason}";
        _problems.Add(new SourceProblem(place, reason));
    }

    /// <summary>Makes the page and hands it the memory; the builder can't be used afterwards.</summary>
    /// <param name="next">Where the next page begins.</param>
    /// <param name="isLast">Whether the partition was read to its very end, without error.</param>
    /// <param name="restarts">See <see cref="SourcePage.Restarts"/>.</param>
    /// <exception cref="InvalidOperationException">A document was begun and not ended.</exception>
    /// <exception cref="ArgumentException">The token is longer than <see cref="PageToken.MaxLength"/>.</exception>
    public SourcePage Build(PageToken next, bool isLast, bool restarts = false)
    {
        if (_open is not null)
        {
            throw new InvalidOperationException("End the last document first.");
        }

        if (!isLast && next.ToString().Length > PageToken.MaxLength)
        {
            throw new ArgumentException(
                $"The token of the next page has {next.Value.Length} characters, and may have {PageToken.MaxLength}.",
                nameof(next)
            );
        }

        var (buffer, entries) = (Buffer, Entries);
        (_buffer, _entries) = (null, null);
        Release();
        return new SourcePage(buffer, entries, _unreadable, _problems, _gap, next, isLast, restarts);
    }

    /// <summary>Gives the memory back if no page was built.</summary>
    public void Dispose()
    {
        Release();
        _buffer?.Dispose();
        _entries?.Dispose();
        (_buffer, _entries) = (null, null);
    }

    private static ObjectDisposedException Built() => new(nameof(SourcePageBuilder), "The page was built already.");

    /// <summary>Releases the writer without writing the rest of an abandoned document.</summary>
    private void Release()
    {
        _json?.Reset();
        _json?.Dispose();
        _json = null;
    }

    /// <summary>What is wrong with a body. Broken JSON would be rejected by Elasticsearch, or be taken for a part of the request.</summary>
    private static string? JsonObjectProblem(ReadOnlySpan<byte> body)
    {
        // However deep it is: that is mended later.
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return $"it begins with a {reader.TokenType}.";
            }

            reader.Skip();
            return reader.Read() ? "something follows it." : null;
        }
        catch (JsonException broken)
        {
            return broken.Message;
        }
    }
}
