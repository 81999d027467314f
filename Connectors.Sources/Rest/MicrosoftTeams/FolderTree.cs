using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>
/// The files below a folder, folder by folder, each before those in it, in the order of their ids. The cursor is the way to a folder and
/// the place in it.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="drive">The drive's id.</param>
/// <param name="root">The folder's id.</param>
/// <param name="write">Writes the document of a file.</param>
internal sealed class FolderTree(RestClient client, string drive, string root, Action<JsonElement, StreamPage> write) : RestStream("files")
{
    private readonly Dictionary<string, List<string>> _folders = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var (way, link) = Parse(cursor);
        using var answer = await client.SendAsync(Graph.Paging.Request(Children(way[^1]), link), cancellationToken);
        var items = Graph.Paging.Items(answer);
        foreach (var file in items.EnumerateArray().Where(item => item.Find("file") is not null))
        {
            write(file, page);
        }

        var next = Graph.Paging.Next(answer, link, items);
        if (link.Length == 0 && next is null)
        {
            _folders[way[^1]] = FoldersOf(items.EnumerateArray());
        }

        return next is not null ? Text(way, next)
            : await AfterAsync(way, cancellationToken) is { } after ? Text(after, string.Empty)
            : null;
    }

    private static string Text(IReadOnlyList<string> way, string link) => JsonSerializer.Serialize(way.Append(link));

    private static List<string> FoldersOf(IEnumerable<JsonElement> items) =>
        [
            .. items
                .Where(item => item.Find("folder") is not null)
                .Select(item => item.RequiredText("A folder of Microsoft Teams", "id"))
                .Order(StringComparer.Ordinal),
        ];

    private RestRequest Children(string folder) =>
        RestRequest.Get($"drives/{drive}/items/{Uri.EscapeDataString(folder)}/children?$top=5000");

    private (List<string> Way, string Link) Parse(string cursor) =>
        cursor.Length > 0 && JsonSerializer.Deserialize<string[]>(cursor) is { Length: > 1 } parts
            ? ([.. parts[..^1]], parts[^1])
            : ([root], string.Empty);

    /// <summary>The way to the folder after one: the first in it, or the next one beside it or beside one above.</summary>
    private async Task<IReadOnlyList<string>?> AfterAsync(List<string> way, CancellationToken cancellationToken)
    {
        if (await FoldersInAsync(way[^1], cancellationToken) is [var first, ..])
        {
            return [.. way, first];
        }

        for (; way.Count > 1; way = way[..^1])
        {
            var beside = await FoldersInAsync(way[^2], cancellationToken);
            if (beside.FirstOrDefault(folder => string.CompareOrdinal(folder, way[^1]) > 0) is { } next)
            {
                return [.. way[..^1], next];
            }
        }

        return null;
    }

    private async Task<List<string>> FoldersInAsync(string folder, CancellationToken cancellationToken)
    {
        if (_folders.TryGetValue(folder, out var known))
        {
            return known;
        }

        var found = new List<JsonElement>();
        await foreach (var item in client.ListAsync(Children(folder), Graph.Paging, cancellationToken))
        {
            if (item.Find("folder") is not null)
            {
                found.Add(item);
            }
        }

        return _folders[folder] = FoldersOf(found);
    }
}
