using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Prepares an incremental sync: finds out whether it can resume from the last sync, and, for a full sync, where the source is now.
/// </summary>
internal sealed class IncrementalPreparation(IContentIndex index, SyncEngineOptions options, ILogger logger)
{
    /// <summary>
    /// The source's current position, for a full sync that is about to read it; <see langword="null"/> when the source has none.
    /// </summary>
    public async Task<string?> FindCursorAsync(SourceReader source, SyncRequest request, CancellationToken cancellationToken)
    {
        if (!source.IsChangeFeed || request.Kind != SyncKind.Full || request.DryRun)
        {
            return null;
        }

        try
        {
            var start = await source.FindCursorAsync(cancellationToken);
            if (start.Cursor is null)
            {
                SyncLog.NoCursor(logger, request.IndexName, start.Unavailable ?? "the source has no history");
            }

            return start.Cursor;
        }
        catch (ConnectorException failure)
        {
            // A full sync does not need it; the first page shows whether the source is available.
            SyncLog.NoCursor(logger, request.IndexName, failure.Message);
            return null;
        }
    }

    /// <summary>Plans an incremental sync from the request's cursor.</summary>
    /// <returns>The plan, or the reason for a full sync.</returns>
    public async Task<(StoredPlan? Plan, string? FullBecause)> PlanAsync(
        SyncRequest request,
        SourceReader source,
        CancellationToken cancellationToken
    )
    {
        if (!source.IsChangeFeed)
        {
            return (null, $"{source.Description.Name} can't report changes.");
        }

        if (request.Reindex)
        {
            return (null, "every document is to be written again.");
        }

        if (SyncCursor.From(request.Cursor) is not { } cursor)
        {
            return (null, await WhyNoCursorAsync(request, source, cancellationToken));
        }

        var current = await index.InspectAsync(request.IndexName, cancellationToken);
        if (current is null || current.Uuid != cursor.IndexUuid)
        {
            return (null, $"the index '{request.IndexName}' is not the one that the last sync filled.");
        }

        var fingerprint = SyncPreparation.FingerprintOf(request);
        if (cursor.Fingerprint != fingerprint || IndexMetadata.From(current.Meta)?.Fingerprint != fingerprint)
        {
            return (null, $"{SyncPreparation.OthersThanBefore}, or it did not complete.");
        }

        await new SyncPreparation(index, options).CheckPipelineAsync(request, cancellationToken);
        index.PinIndex(request.IndexName, current.Uuid);
        if (request.HasAccessControl)
        {
            await index.PrepareAccessAsync(request.IndexName, cancellationToken);
        }

        var shape = await index.ReadShapeAsync(request.IndexName, request.Pipeline?.Name, cancellationToken);
        return (
            new StoredPlan
            {
                Kind = SyncKind.Incremental,
                IndexName = request.IndexName,
                IndexUuid = current.Uuid,
                Fingerprint = fingerprint,
                Cursor = cursor.Cursor,
                PassesInference = shape?.PassesInference == true,
                SkipUnchanged = false,
                Partitions = [],
                Snapshot = IdSnapshotFile.Nothing,
            },
            null
        );
    }

    /// <summary>A full sync leaves no cursor where the source has none to give, however often it completes.</summary>
    private async Task<string> WhyNoCursorAsync(SyncRequest request, SourceReader source, CancellationToken cancellationToken)
    {
        try
        {
            if (await source.FindCursorAsync(cancellationToken) is { Cursor: null, Unavailable: { } reason })
            {
                return reason;
            }
        }
        catch (ConnectorException)
        {
            // The full sync does not need it; its first page shows whether the source is available.
        }

        if (request.Cursor is { Count: > 0 })
        {
            return "the connector's sync_cursor is another service's.";
        }

        // One that completed while the source had no cursor to give, before its incremental_column was named for example, kept none.
        var current = await index.InspectAsync(request.IndexName, cancellationToken);
        return IndexMetadata.From(current?.Meta)?.Fingerprint is null
            ? "no full sync has completed yet."
            : "no full sync has completed since the source became able to tell what changed.";
    }
}
