using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;

namespace Connectors.Sync.Protocol;

/// <summary>
/// Reads, decides, and writes if unchanged; on a conflict it starts again, so that no edit is lost and every decision is made on the
/// current document.
/// </summary>
internal static class OptimisticWrites
{
    private const int MaxTries = 20;

    /// <summary>Changes a document.</summary>
    /// <param name="seen">The document as it was found: the first decision is made on it, without a read. <see langword="null"/> to read it
    /// first.</param>
    /// <param name="decide">What to merge into the document as it is, or <see langword="null"/> to leave it; called again after a
    /// conflict.</param>
    /// <returns>The document that the last decision was made on, and whether something was written; <see langword="null"/> when it does not
    /// exist.</returns>
    /// <exception cref="ConnectorException">Others changed it again and again meanwhile.</exception>
    public static Task<(StoredDocument Read, bool Written)?> ChangeAsync(
        this IDocumentStore store,
        string index,
        string id,
        StoredDocument? seen,
        Func<StoredDocument, JsonObject?> decide,
        CancellationToken cancellationToken
    ) => store.ChangeAsync(index, id, seen, document => ValueTask.FromResult(decide(document)), cancellationToken);

    /// <summary>The same, for a decision that needs other documents: what it reads is newer than the document it decides on, and whoever
    /// changes that one meanwhile makes it decide again.</summary>
    public static async Task<(StoredDocument Read, bool Written)?> ChangeAsync(
        this IDocumentStore store,
        string index,
        string id,
        StoredDocument? seen,
        Func<StoredDocument, ValueTask<JsonObject?>> decide,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var document = attempt == 1 && seen is not null ? seen : await store.GetAsync(index, id, cancellationToken);
            if (document is null)
            {
                return null;
            }

            var change = await decide(document);
            if (change is null)
            {
                return (document, false);
            }

            switch (await store.UpdateAsync(index, id, change, document, cancellationToken))
            {
                case DocumentWrite.Done:
                    return (document, true);
                case DocumentWrite.Missing:
                    return null;
                default:
                    continue;
            }
        }

        throw new ConnectorException(
            FailureKind.Retry,
            $"{index}: document '{id}' was changed by others {MaxTries} times in a row while it was to be updated. Look for a program "
                + "that rewrites it in a loop."
        );
    }
}
