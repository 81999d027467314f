using System.Text.Json;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Engine;

/// <summary>Writes nothing, and reports what would have been written: counts, and the first documents by the names that people
/// know.</summary>
/// <param name="index">Where the names of documents that would be deleted are.</param>
/// <param name="request">The sync.</param>
/// <param name="preview">Takes the documents.</param>
internal sealed class DryRunBatchWriter(IContentIndex index, SyncRequest request, SyncPreview preview) : IBatchWriter
{
    public async Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken)
    {
        var counts = default(SyncCounts);
        List<string> deleted = [];
        for (var number = 0; number < batch.Count; number++)
        {
            var operation = batch.Operations[number];
            if (operation.IsDelete)
            {
                deleted.Add(batch.IdOf(number));
            }
            else if (preview.HasRoom(operation.Kind))
            {
                preview.Add(operation.Kind, batch.IdOf(number), NameOf(batch.DocumentOf(number)));
            }

            counts += operation.Kind switch
            {
                BulkOperationKind.Add => new SyncCounts(Created: 1, Bytes: operation.Length),
                BulkOperationKind.Change => new SyncCounts(Updated: 1, Bytes: operation.Length),
                BulkOperationKind.Repeat => new SyncCounts(Duplicates: 1, Bytes: operation.Length),
                _ => new SyncCounts(Deleted: 1),
            };
        }

        await AddDeletedAsync(deleted, cancellationToken);
        return new BulkReport(counts, new RejectionReport());
    }

    private async Task AddDeletedAsync(List<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 || !preview.HasRoom(BulkOperationKind.Delete))
        {
            return;
        }

        var shown = ids[..Math.Min(ids.Count, SyncPreview.MaxIds)];
        var fields = await index.ReadFieldsAsync(request.IndexName, shown, request.NameFields, cancellationToken);
        foreach (var id in shown)
        {
            var name = fields.TryGetValue(id, out var found)
                ? request.NameFields.Select(field => found[field]?.ToString()).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
                : null;
            preview.Add(BulkOperationKind.Delete, id, name);
        }
    }

    private string? NameOf(ReadOnlySpan<byte> document)
    {
        var (best, place) = ((string?)null, request.NameFields.Count);
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            for (var field = 0; field < place; field++)
            {
                if (reader.ValueTextEquals(request.NameFields[field]))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && !string.IsNullOrWhiteSpace(text))
                    {
                        (best, place) = (text, field);
                    }

                    break;
                }
            }

            // From the name or the value, whichever it is at.
            reader.Skip();
        }

        return best;
    }
}
