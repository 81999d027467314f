using System.Text.Json;

namespace Connectors.Sources.Rest.Streams;

/// <summary>The document of an item that was listed before, together with others that are read on their own: a drive, a list, a
/// channel.</summary>
/// <param name="name">What it is.</param>
/// <param name="item">The item, as JSON.</param>
/// <param name="write">Writes the document.</param>
internal sealed class ListedItem(string name, string item, Func<JsonElement, StreamPage, CancellationToken, Task> write) : RestStream(name)
{
    /// <summary>An item whose document needs nothing else.</summary>
    public ListedItem(string name, string item, Action<JsonElement, StreamPage> write)
        : this(name, item, (json, page, _) =>
        {
            write(json, page);
            return Task.CompletedTask;
        })
    { }

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(item);
        await write(json.RootElement, page, cancellationToken);
        return null;
    }
}
