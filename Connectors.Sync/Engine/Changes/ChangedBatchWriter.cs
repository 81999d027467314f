using System.Text.Json;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Leaves out of the batches of an incremental sync what the index has in the same version. For hosts whose next page is read while this
/// one is written: only at the moment of the write everything before it is in the index. A page holds a document once.
/// </summary>
/// <remarks>A batch that may have been sent before is sent whole: what the index has of it may be its own first sending, which would
/// otherwise count as skipped.</remarks>
/// <param name="index">The index.</param>
/// <param name="indexName">Its name.</param>
/// <param name="writer">Takes the rest.</param>
internal sealed class ChangedBatchWriter(IContentIndex index, string indexName, IBatchWriter writer) : IBatchWriter
{
    public async Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken)
    {
        if (mayHaveBeenSent)
        {
            return await writer.WriteAsync(batch, mayHaveBeenSent, cancellationToken);
        }

        var ids = Enumerable
            .Range(0, batch.Count)
            .Select(number => batch.Operations[number].Kind == BulkOperationKind.Delete ? null : batch.IdOf(number))
            .ToArray();
        var indexed = await IndexedVersions.ReadAsync(index, indexName, ids.OfType<string>(), cancellationToken);
        if (indexed.Count == 0)
        {
            return await writer.WriteAsync(batch, mayHaveBeenSent, cancellationToken);
        }

        int[] changed = [.. Enumerable.Range(0, batch.Count).Where(number => !IsSame(batch, number, ids[number], indexed))];
        var left = new SyncCounts(Skipped: batch.Count - changed.Length);
        if (changed.Length == 0)
        {
            return new BulkReport(left, new RejectionReport());
        }

        using var rest = batch.Select(changed);
        var report = await writer.WriteAsync(rest, mayHaveBeenSent, cancellationToken);
        return report with { Counts = report.Counts + left };
    }

    private static bool IsSame(BulkBatch batch, int number, string? id, IdSnapshot indexed) =>
        id is not null
        && indexed.Find(DocumentKey.Of(System.Text.Encoding.UTF8.GetBytes(id)), out var version) >= 0
        && !version.IsNone
        && version == VersionOf(batch.DocumentOf(number));

    /// <summary>The version of a document as it is sent: our fields come first.</summary>
    private static DocumentVersion VersionOf(ReadOnlySpan<byte> document)
    {
        var version = DocumentVersion.None;
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_digest"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var digest)
                    ? DocumentVersion.FromDigest(digest)
                    : DocumentVersion.None;
            }

            if (reader.ValueTextEquals("_timestamp"u8) && reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                version = DocumentVersion.FromTimestamp(reader.GetString()!);
            }

            reader.Skip();
        }

        return version;
    }
}
