using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Planning;

/// <summary>Prepares a sync: asks the source for changes, prepares the index, takes the snapshot, plans the partitions.</summary>
internal sealed class SyncPreparation(IContentIndex index, SyncEngineOptions options)
{
    /// <summary>What another fingerprint means, as the beginning of a sentence: only the hash of it all is kept.</summary>
    public const string OthersThanBefore =
        "the pipeline, the sync rules, the source's fields or the way to get text out of files changed since the last full sync";

    /// <summary>What shapes the documents of a sync: the request's own fingerprint, the pipeline, and whether they say who may see
    /// them.</summary>
    public static string FingerprintOf(SyncRequest request)
    {
        List<JsonNode?> parts =
        [
            JsonValue.Create(request.Fingerprint),
            request.Pipeline is { } pipeline
                ? new JsonArray(pipeline.Name, pipeline.ExtractBinaryContent, pipeline.ReduceWhitespace, pipeline.RunMlInference)
                : null,
        ];
        if (request.HasAccessControl)
        {
            // Separate, so that the fingerprints of other connectors stay the same.
            parts.Add("access_control");
        }

        return SyncFingerprint.Of(parts);
    }

    /// <summary>The request as it is carried out: a dry run of an incremental sync has to compare everything, and the fingerprint depends
    /// on how text is extracted.</summary>
    public static SyncRequest EffectiveRequest(SyncRequest request, ContentExtraction extraction)
    {
        if (request is { Kind: SyncKind.Incremental, DryRun: true })
        {
            request = request with { Kind = SyncKind.Full };
        }

        return extraction.ShapeOf(request.UseExtractionService, request.Pipeline?.ExtractBinaryContent == true) is { } shape
            ? request with
            {
                Fingerprint = SyncFingerprint.Of(request.Fingerprint, shape),
            }
            : request;
    }

    /// <summary>Makes the plan, with the snapshot in <paramref name="folder"/>; <see langword="null"/> when the source is certain that
    /// nothing changed.</summary>
    public async Task<StoredPlan?> PlanAsync(
        SyncRequest request,
        SourceReader source,
        string folder,
        SyncProgress progress,
        CancellationToken cancellationToken
    )
    {
        await CheckPipelineAsync(request, cancellationToken);
        var fingerprint = FingerprintOf(request);
        var before = await index.InspectAsync(request.IndexName, cancellationToken);
        var metadata = IndexMetadata.From(before?.Meta);
        var shape = before is null ? null : await index.ReadShapeAsync(request.IndexName, request.Pipeline?.Name, cancellationToken);
        var rewrite = WhyRewritten(fingerprint, metadata, shape);
        var change = await source.HasChangedAsync(metadata?.ChangeToken, cancellationToken);
        if (
            !change.HasChanged
            && rewrite is null
            && IsUnchanged(request, before, metadata)
            && !(request.HasAccessControl && await index.CountUnsecuredAsync(request.IndexName, cancellationToken) > 0)
        )
        {
            return null;
        }

        if (before is not null && metadata is null && await index.HoldsForeignAsync(request.IndexName, cancellationToken))
        {
            // Remembered in the index, before the mapping gets the fields of a connector's: the next sync has to know it too.
            metadata = new IndexMetadata(null, null, before.DocumentCount, HoldsForeign: true);
            if (!request.DryRun)
            {
                await index.WriteMetaAsync(request.IndexName, metadata.ToJson(), cancellationToken);
            }
        }

        var isRewritten = rewrite is not null || (metadata is not null && metadata.Fingerprint != fingerprint);
        var current = before;
        if (!request.DryRun)
        {
            (current, shape) = await PrepareAsync(request, fingerprint, metadata, shape, isRewritten, cancellationToken);
        }

        progress.Phase = SyncPhase.Snapshot;
        var snapshot = await TakeSnapshotAsync(request, current, folder, cancellationToken);
        SyncTelemetry.SnapshotTaken(snapshot.Count);
        return new StoredPlan
        {
            IndexName = request.IndexName,
            Kind = request.Kind,
            IndexUuid = current?.Uuid ?? string.Empty,
            Fingerprint = fingerprint,
            Shape = request.Kind == SyncKind.DeletesOnly ? metadata?.Shape : shape,
            PassesInference = shape?.PassesInference == true,
            Rewrite =
                options.SkipUnchanged && !request.Reindex && request.Kind != SyncKind.DeletesOnly && snapshot.Count > 0 ? rewrite : null,
            ReadsIdsOnly = request is { Kind: SyncKind.DeletesOnly, Rules: null },
            KeptFingerprint = request.Kind == SyncKind.DeletesOnly ? metadata?.Fingerprint : null,

            // An index without metadata was filled by another service: documents with equal time stamps may stay, unless they need access
            // lists.
            SkipUnchanged = options.SkipUnchanged && !request.Reindex && (metadata is null ? !request.HasAccessControl : !isRewritten),
            ChangeToken = change.ChangeToken,
            EstimatedDocuments = change.EstimatedDocuments,
            HoldsForeign = metadata?.HoldsForeign == true,
            Partitions = await source.PartitionAsync(options.Partitions, cancellationToken),
            Snapshot = snapshot,
        };
    }

    /// <summary>Makes sure that the pipeline exists: without it Elasticsearch rejects every document.</summary>
    public async Task CheckPipelineAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        if (request.Pipeline is { Name.Length: > 0 } pipeline && !await index.PipelineExistsAsync(pipeline.Name, cancellationToken))
        {
            throw new ConnectorException(
                $"The ingest pipeline '{pipeline.Name}' does not exist. Create it, or choose another one on the connector's Pipelines tab."
            );
        }
    }

    /// <summary>Why what did not change is written again, for a sentence; <see langword="null"/> when it needn't be, or nothing is known of
    /// it.</summary>
    private static string? WhyRewritten(string fingerprint, IndexMetadata? metadata, IndexShape? shape) =>
        metadata switch
        {
            null => null,
            { Fingerprint: null } => "the last sync left documents that have to be written again.",
            _ when metadata.Fingerprint != fingerprint => $"{OthersThanBefore}.",
            _ => shape?.DifferenceFrom(metadata.Shape) is { } changed ? $"{changed} changed since the last full sync." : null,
        };

    private bool IsUnchanged(SyncRequest request, ContentIndexState? before, IndexMetadata? metadata) =>
        options.SkipUnchanged
        && !request.Reindex
        && !request.DryRun
        && before is not null
        && metadata is { ChangeToken: not null }
        && metadata.DocumentCount == before.DocumentCount;

    private async Task<(ContentIndexState State, IndexShape? Shape)> PrepareAsync(
        SyncRequest request,
        string fingerprint,
        IndexMetadata? metadata,
        IndexShape? shape,
        bool isRewritten,
        CancellationToken cancellationToken
    )
    {
        var prepared = await index.PrepareAsync(request.IndexName, cancellationToken);
        if (request.HasAccessControl)
        {
            await index.PrepareAccessAsync(request.IndexName, cancellationToken);
        }

        // A new index has the mappings that a template of Elasticsearch gave it.
        shape ??= await index.ReadShapeAsync(request.IndexName, request.Pipeline?.Name, cancellationToken);

        // Until the sync completes, a source that returns to its old state must not count as unchanged, and documents of another shape must
        // not count as current.
        var isWritten = request.Kind != SyncKind.DeletesOnly;
        var shaped =
            !isWritten ? metadata?.Fingerprint
            : prepared.DocumentCount == 0 ? fingerprint
            : metadata is not null && !isRewritten ? fingerprint
            : null;
        if (metadata is not null || (isWritten && prepared.DocumentCount == 0))
        {
            var begun = new IndexMetadata(
                shaped,
                null,
                prepared.DocumentCount,
                metadata?.HoldsForeign == true && prepared.DocumentCount > 0
            )
            {
                Shape = isWritten ? shape : metadata?.Shape,
            };
            await index.WriteMetaAsync(request.IndexName, begun.ToJson(), cancellationToken);
        }

        return (prepared, shape);
    }

    private async Task<SnapshotChecksum> TakeSnapshotAsync(
        SyncRequest request,
        ContentIndexState? current,
        string folder,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var builder = new IdSnapshotFile.Builder(folder);
            if (current is { Created: false })
            {
                await index.ReadIdsAsync(request.IndexName, Begin, cancellationToken);
            }

            return await Task.Run(builder.Complete, cancellationToken);

            IdReceiver Begin()
            {
                builder.Clear();
                return builder.Add;
            }
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw StateFolderErrors.Explain("The snapshot of the index's ids", folder, failure);
        }
    }
}
