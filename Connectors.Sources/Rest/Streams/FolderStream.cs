using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>
/// All that is below a folder, folder by folder, each before those in it, in the order of their ids. The cursor is the way to a folder and
/// the page of it. A folder that is closed or gone is a gap; when it is the first one, that is a failure.
/// </summary>
/// <param name="name">What it lists.</param>
/// <param name="client">Sends the requests.</param>
/// <param name="root">The id of the first folder.</param>
/// <param name="items">The request for the first page of a folder.</param>
/// <param name="paging">How folders are paged.</param>
internal sealed class FolderStream(string name, RestClient client, string root, Func<string, RestRequest> items, RestPaging paging)
    : RestStream(name)
{
    private readonly Dictionary<string, SortedSet<string>> _folders = new(StringComparer.Ordinal);
    private (string Folder, string Marker, SortedSet<string> Found)? _begun;

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    /// <summary>Whether an item is a folder.</summary>
    public required Func<JsonElement, bool> IsFolder { get; init; }

    /// <summary>Writes what becomes of an item, a file or folder.</summary>
    public required Action<JsonElement, StreamPage> Write { get; init; }

    /// <summary>Names a folder by its id, for messages.</summary>
    public Func<string, string> NameOf { get; init; } = folder => $"folder {folder}";

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var (way, marker) = Parse(cursor);
        var next = await InFolderAsync(way, page, () => ReadFolderAsync(way[^1], marker, page, cancellationToken));
        return next is not null ? Text(way, next)
            : await FollowingAsync(way, page, cancellationToken) is { } following ? Text(following, string.Empty)
            : null;
    }

    private static string Text(IReadOnlyList<string> way, string marker) => JsonSerializer.Serialize(way.Append(marker));

    private (List<string> Way, string Marker) Parse(string cursor) =>
        cursor.Length > 0 && JsonSerializer.Deserialize<string[]>(cursor) is { Length: > 1 } parts
            ? ([.. parts[..^1]], parts[^1])
            : ([root], string.Empty);

    private void AddFolders(SortedSet<string> found, IEnumerable<JsonElement> entries) =>
        found.UnionWith(entries.Where(IsFolder).Select(item => item.RequiredText($"A folder of {client.Name}", "id")));

    /// <summary>The marker after a page of a folder.</summary>
    private async Task<string?> ReadFolderAsync(string folder, string marker, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(paging.Request(items(folder), marker), cancellationToken);
        var entries = paging.Items(answer);
        foreach (var item in entries.EnumerateArray())
        {
            Write(item, page);
        }

        var found =
            marker.Length == 0 ? new SortedSet<string>(StringComparer.Ordinal)
            : _begun is { } begun && begun.Folder == folder && begun.Marker == marker ? begun.Found
            : null;
        var next = paging.Next(answer, marker, entries);
        if (found is not null)
        {
            AddFolders(found, entries.EnumerateArray());
            _begun = next is null ? null : (folder, next, found);
            if (next is null)
            {
                _folders[folder] = found;
            }
        }

        return next;
    }

    /// <summary>The way to the folder that follows: the first in this one, or the next beside it or beside one above.</summary>
    private async Task<IReadOnlyList<string>?> FollowingAsync(List<string> way, StreamPage page, CancellationToken cancellationToken)
    {
        if ((await FoldersInAsync(way, page, cancellationToken)).Min is { } first)
        {
            return [.. way, first];
        }

        for (; way.Count > 1; way = way[..^1])
        {
            _folders.Remove(way[^1]);
            var beside = await FoldersInAsync(way[..^1], page, cancellationToken);
            if (beside.FirstOrDefault(folder => string.CompareOrdinal(folder, way[^1]) > 0) is { } next)
            {
                return [.. way[..^1], next];
            }
        }

        return null;
    }

    private async Task<SortedSet<string>> FoldersInAsync(List<string> way, StreamPage page, CancellationToken cancellationToken)
    {
        if (!_folders.TryGetValue(way[^1], out var known))
        {
            // Another process began: what it found out is asked for again.
            known = new SortedSet<string>(StringComparer.Ordinal);
            await InFolderAsync(way, page, async () =>
            {
                AddFolders(known, await client.ListAsync(items(way[^1]), paging, cancellationToken).ToListAsync(cancellationToken));
                return null;
            });
            _folders[way[^1]] = known;
        }

        return known;
    }

    /// <summary>Does something in a folder; one that is closed has nothing more to give.</summary>
    private async Task<string?> InFolderAsync(List<string> way, StreamPage page, Func<Task<string?>> read)
    {
        try
        {
            return await read();
        }
        catch (ConnectorException closed) when (way.Count > 1 && RestErrors.IsClosedPlace(closed))
        {
            page.AddGap(NameOf(way[^1]), closed);
            _folders[way[^1]] = [];
            return null;
        }
    }
}
