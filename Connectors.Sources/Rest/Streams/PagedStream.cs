using System.Text.Json;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>A stream that is one listing of the service.</summary>
/// <param name="name">What it lists.</param>
/// <param name="client">Sends the requests.</param>
/// <param name="first">The request for the first page.</param>
/// <param name="paging">How it is paged.</param>
/// <param name="write">Writes the items of a page, an array, with whatever else has to be asked for them.</param>
internal sealed class PagedStream(
    string name,
    RestClient client,
    RestRequest first,
    RestPaging paging,
    Func<JsonElement, StreamPage, CancellationToken, Task> write
) : RestStream(name)
{
    /// <summary>A stream whose items can be written without asking for more, one by one.</summary>
    public PagedStream(string name, RestClient client, RestRequest first, RestPaging paging, Action<JsonElement, StreamPage> write)
        : this(name, client, first, paging, (items, page, _) => WriteEach(items, page, write)) { }

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(paging.Request(first, cursor), cancellationToken);
        var items = paging.Items(answer);
        await write(items, page, cancellationToken);
        return paging.Next(answer, cursor, items);
    }

    private static Task WriteEach(JsonElement items, StreamPage page, Action<JsonElement, StreamPage> write)
    {
        foreach (var item in items.EnumerateArray())
        {
            write(item, page);
        }

        return Task.CompletedTask;
    }
}
