using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Streams;

/// <summary>Takes what one page of a <see cref="RestStream"/> holds. One thread at a time.</summary>
internal sealed class StreamPage : IDisposable
{
    private readonly SourcePageBuilder _documents = new(new PageLimits(int.MaxValue, int.MaxValue));
    private readonly List<string> _deleted = [];

    /// <summary>Documents so far.</summary>
    public int Count => _documents.Count;

    /// <summary>Ids of documents that the service says are gone. Only read by incremental syncs.</summary>
    public IReadOnlyList<string> Deleted => _deleted;

    /// <summary>Adds a document made of an item.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="item">The service's JSON.</param>
    /// <param name="fields">Which of it becomes the document, under which names.</param>
    /// <param name="changed">When it changed last, if every change moves that time.</param>
    /// <param name="content">Content to fetch if the document has to be written.</param>
    /// <param name="access">Who may see it; <see langword="null"/> when access control is switched off. Never empty because a call
    /// failed: let it fail.</param>
    public void Add(
        string id,
        JsonElement item,
        DocumentFields fields,
        DateTimeOffset? changed = null,
        DocumentContent? content = null,
        IEnumerable<string>? access = null
    )
    {
        var json = _documents.Begin(id, changed, content);
        json.WriteStartObject();
        if (access is not null)
        {
            AccessControl.Write(json, access);
        }

        fields.Write(json, item);
        json.WriteEndObject();
        _documents.End();
    }

    /// <summary>Begins a document that the caller writes itself: one object, then <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(string id, DateTimeOffset? changed = null, DocumentContent? content = null) =>
        _documents.Begin(id, changed, content);

    /// <summary>Ends the document that was begun last.</summary>
    public void End() => _documents.End();

    /// <summary>Reports a document that exists but could not be read: it is neither written nor deleted in this sync.</summary>
    public void AddUnreadable(string id, string reason) => _documents.AddUnreadable(id, reason);

    /// <summary>Reports that documents may exist that could not be listed. The sync goes on, but deletes nothing.</summary>
    /// <param name="place">What could not be listed.</param>
    /// <param name="reason">Why, in a sentence.</param>
    public void AddGap(string place, string reason) => _documents.AddGap(place, reason);

    /// <summary>The same for a place that is closed or gone, as a failure says.</summary>
    public void AddGap(string place, ConnectorException closed)
    {
        ArgumentNullException.ThrowIfNull(closed);
        AddGap(place, closed.Message);
    }

    /// <summary>Says that a document is gone, in a stream of changes.</summary>
    public void AddDeleted(string id) => _deleted.Add(id);

    /// <inheritdoc/>
    public void Dispose() => _documents.Dispose();

    /// <summary>What was added, as a page.</summary>
    public SourcePage Build() => _documents.Build(PageToken.Start, isLast: false);
}
