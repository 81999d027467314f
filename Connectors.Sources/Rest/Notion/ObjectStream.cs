using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Notion;

/// <summary>One page or database that the search found, which is kept in the place; a page with its comments.</summary>
/// <param name="documents">Writes it.</param>
/// <param name="found">What was found.</param>
/// <param name="isElsewhere">Whether it is read as something else; then it is passed over.</param>
internal sealed class ObjectStream(NotionDocuments documents, RestPlace found, Func<CancellationToken, Task<bool>> isElsewhere)
    : RestStream("document")
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (await isElsewhere(cancellationToken))
        {
            return null;
        }

        using var document = JsonDocument.Parse(found.Detail);
        if (document.RootElement.Text("object") == NotionSearch.Database)
        {
            documents.Add(page, document.RootElement);
        }
        else
        {
            await documents.AddWithCommentsAsync(page, document.RootElement, cancellationToken);
        }

        return null;
    }
}
