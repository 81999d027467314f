using System.Text.Json.Nodes;
using Connectors.Sync.Filtering;

namespace Connectors.Sync.Engine.Planning;

/// <summary>A sync to be run: small data, made from the job document before anything is touched. It holds no secret.</summary>
internal sealed record SyncRequest
{
    /// <summary>The sync job's id; progress is stored under it.</summary>
    public required string JobId { get; init; }

    /// <summary>The connector's id.</summary>
    public required string ConnectorId { get; init; }

    /// <summary>The source's service type.</summary>
    public required string ServiceType { get; init; }

    /// <summary>The content index.</summary>
    public required string IndexName { get; init; }

    /// <summary>The ingest pipeline that documents go through, or <see langword="null"/>.</summary>
    public PipelineSettings? Pipeline { get; init; }

    /// <summary>Which documents are synced, by their fields; <see langword="null"/> for all that the source lists.</summary>
    public DocumentRules? Rules { get; init; }

    /// <summary>
    /// A hash of everything else that shapes a document: source fields that matter, rules. When it, or the pipeline, differs from that of
    /// the last completed sync, every document is written again. Use <see cref="SyncFingerprint"/>.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether the connector wants the text of its files from the extraction service (its field
    /// <c>use_text_extraction_service</c>).</summary>
    public bool UseExtractionService { get; init; }

    /// <summary>Whether documents say who may see them (<see cref="Abstractions.AccessControl.FieldName"/>): one that does not is then seen
    /// by nobody.</summary>
    public bool HasAccessControl { get; init; }

    /// <summary>The scope of the sync. Default <see cref="SyncKind.Full"/>.</summary>
    public SyncKind Kind { get; init; }

    /// <summary>The <see cref="SyncOutcome.Cursor"/> of the last completed sync (the connector's <c>sync_cursor</c>), or
    /// <see langword="null"/>.</summary>
    public JsonObject? Cursor { get; init; }

    /// <summary>The fields of documents by which a person knows them (<see cref="Abstractions.SourceDescription.NameFields"/>), for a dry
    /// run.</summary>
    public IReadOnlyList<string> NameFields { get; init; } = [];

    /// <summary>Compute everything, write nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Let this one sync delete more than the delete guard allows.</summary>
    public bool AllowMassDelete { get; init; }

    /// <summary>Write every document again, changed or not, without asking the source for changes.</summary>
    public bool Reindex { get; init; }
}

/// <summary>The connector's <c>pipeline</c> (PROTOCOL: documents).</summary>
/// <param name="Name">Name of the ingest pipeline.</param>
/// <param name="ExtractBinaryContent">Written as <c>_extract_binary_content</c>.</param>
/// <param name="ReduceWhitespace">Written as <c>_reduce_whitespace</c>.</param>
/// <param name="RunMlInference">Written as <c>_run_ml_inference</c>.</param>
internal sealed record PipelineSettings(string Name, bool ExtractBinaryContent, bool ReduceWhitespace, bool RunMlInference);
