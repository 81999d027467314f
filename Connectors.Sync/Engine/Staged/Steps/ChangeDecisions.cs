using System.Text.Json;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>
/// Compares the batches of an incremental sync with the index, and leaves out what that has in the same version. Only at the moment of the
/// write is everything before a batch in the index: the next page is read while this one is written. A page holds a document once.
/// </summary>
/// <remarks>
/// The decisions about a batch are staged before it is sent, and those that were staged first count: whoever writes the batch again, later
/// or at the same moment, may find in the index what is its own sending.
/// </remarks>
/// <param name="store">Where decisions are staged.</param>
/// <param name="index">The index.</param>
/// <param name="skipUnchanged">Whether unchanged documents are left alone.</param>
internal sealed class ChangeDecisions(IStagingStore store, IContentIndex index, bool skipUnchanged)
{
    private static readonly Dictionary<string, bool> NothingSent = [];

    private enum Decision : byte
    {
        /// <summary>The index has this version.</summary>
        Skip,

        /// <summary>It is written, and the index does not hold it.</summary>
        Add,

        /// <summary>It is written, and the index holds it in another version.</summary>
        Change,

        /// <summary>It is deleted, and the index holds it.</summary>
        Delete,

        /// <summary>It is deleted, and the index does not hold it.</summary>
        DeleteAbsent,
    }

    /// <summary>Writes what has to be written of a batch.</summary>
    /// <param name="writer">Writes it.</param>
    /// <param name="indexName">The name of the index.</param>
    /// <param name="batch">The batch; the caller disposes it.</param>
    /// <param name="name">The name of its decisions.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    public async Task<BulkReport> WriteAsync(
        IBatchWriter writer,
        string indexName,
        BulkBatch batch,
        string name,
        CancellationToken cancellationToken
    )
    {
        var decisions = await DecideAsync(indexName, batch, cancellationToken);
        if (!await StagedBlob.TryCreateAsync(store, name, decisions, cancellationToken))
        {
            (decisions, _) = await StagedBlob.GetAsync<Decision[]>(store, name, "What was decided about a page", cancellationToken);
        }

        int[] wanted = [.. Enumerable.Range(0, batch.Count).Where(number => decisions[number] is not Decision.Skip)];
        foreach (var number in wanted)
        {
            batch.CountAs(number, KindOf(decisions[number]));
        }

        var skipped = new SyncCounts(Skipped: batch.Count - wanted.Length);
        if (wanted.Length == 0)
        {
            return new BulkReport(skipped, new RejectionReport());
        }

        // What the index held before counts as deleted, no matter whose request deleted it.
        using var rest = wanted.Length == batch.Count ? null : batch.Select(wanted);
        var report = await writer.WriteAsync(rest ?? batch, mayHaveBeenSent: true, cancellationToken);
        return report with { Counts = report.Counts + skipped };
    }

    private async Task<Decision[]> DecideAsync(string indexName, BulkBatch batch, CancellationToken cancellationToken)
    {
        string[] ids = [.. Enumerable.Range(0, batch.Count).Select(batch.IdOf)];
        var indexed = await IndexedVersions.ReadAsync(index, indexName, ids, NothingSent, cancellationToken);
        var decisions = new Decision[batch.Count];
        for (var number = 0; number < batch.Count; number++)
        {
            var isHeld = indexed.Find(IndexedVersions.KeyOf(ids[number]), out var version) >= 0;
            decisions[number] =
                batch.Operations[number].IsDelete ? isHeld ? Decision.Delete : Decision.DeleteAbsent
                : !isHeld ? Decision.Add
                : skipUnchanged && !version.IsNone && version == VersionOf(batch.DocumentOf(number)) ? Decision.Skip
                : Decision.Change;
        }

        return decisions;
    }

    private static BulkOperationKind KindOf(Decision decision) =>
        decision switch
        {
            Decision.Add => BulkOperationKind.Add,
            Decision.Change => BulkOperationKind.Change,
            Decision.Delete => BulkOperationKind.Delete,
            _ => BulkOperationKind.DeleteAbsent,
        };

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
