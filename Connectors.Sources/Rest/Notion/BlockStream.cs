using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.Notion;

/// <summary>
/// The blocks of a page with all blocks below them, and the rows of databases inside the page that are not read by themselves. Child pages
/// are documents of their own. Blocks are read depth first; the path to the next one is the cursor. One thread at a time.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="documents">Writes.</param>
/// <param name="root">The page.</param>
/// <param name="isElsewhere">Whether the page is read as something else; then it is passed over.</param>
/// <param name="databases">Tells of which databases the rows are read here.</param>
/// <param name="logger">Told of lists that nobody can read.</param>
internal sealed class BlockStream(
    RestClient client,
    NotionDocuments documents,
    RestPlace root,
    Func<CancellationToken, Task<bool>> isElsewhere,
    NotionDatabases databases,
    ILogger logger
) : RestStream("blocks")
{
    private readonly Dictionary<int, Listing> _kept = [];

    /// <inheritdoc/>
    /// <remarks>Copies of a synced block have the same blocks.</remarks>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (cursor.Length == 0 && await isElsewhere(cancellationToken))
        {
            return null;
        }

        var way = cursor.Length == 0 ? [new BlockFrame(BlockFrame.Blocks, root.Key)] : BlockFrame.Parse(cursor);
        while (way.Count > 0)
        {
            var here = way[^1];
            var isKept = _kept.TryGetValue(way.Count, out var listing) && listing.Of == here with { Child = string.Empty };
            if (here.Child.Length == 0 || !isKept)
            {
                listing = await ListAsync(here, page, cancellationToken);
                _kept[way.Count] = listing;
            }

            if (listing!.After(here.Child) is { } child)
            {
                way[^1] = here with { Child = child.Id };
                way.Add(child);
                return BlockFrame.Write(way);
            }

            if (listing.Next is { } next)
            {
                way[^1] = here with { Cursor = next, Child = string.Empty };
                return BlockFrame.Write(way);
            }

            way.RemoveAt(way.Count - 1);
        }

        return null;
    }

    /// <summary>Reads a page of a list, and writes it unless that was done before.</summary>
    private async Task<Listing> ListAsync(BlockFrame frame, StreamPage page, CancellationToken cancellationToken)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                return await ReadAsync(frame, page, cancellationToken);
            }
            catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
            {
                if (frame.Kind == BlockFrame.Blocks)
                {
                    page.AddGap($"{root.Name}, blocks of {frame.Id}", closed);
                    return new Listing(frame with { Child = string.Empty }, [], Next: null);
                }

                // A view of a database elsewhere, or a copy of a block elsewhere: Notion refuses it at every request.
                if (isAgain)
                {
                    RestLog.PassedOver(logger, "Notion", $"{root.Name}, {frame.Id}", closed.Message);
                    return new Listing(frame with { Child = string.Empty }, [], Next: null);
                }
            }
        }
    }

    private async Task<Listing> ReadAsync(BlockFrame frame, StreamPage page, CancellationToken cancellationToken)
    {
        var (paging, first) =
            frame.Kind == BlockFrame.Rows
                ? (NotionApi.Query, NotionApi.Rows(frame.Id))
                : (NotionApi.List, RestRequest.Get($"/v1/blocks/{frame.Id}/children"));
        using var answer = await client.SendAsync(paging.Request(first, frame.Cursor), cancellationToken);
        var items = paging.Items(answer);
        var children = new List<BlockFrame>();
        foreach (var item in items.EnumerateArray())
        {
            var id = item.RequiredText("An object of Notion", "id");
            var child = frame.Kind == BlockFrame.Rows ? null : ChildOf(item, id);
            if (child is not null)
            {
                children.Add(child);
            }

            if (frame.Child.Length == 0 && item.Text("type") is not ("child_page" or "child_database"))
            {
                await documents.AddWithCommentsAsync(item, page, cancellationToken);
            }
        }

        return new Listing(frame with { Child = string.Empty }, children, paging.Next(answer, frame.Cursor, items));
    }

    /// <summary>The list below a block; <see langword="null"/> when there is none.</summary>
    private BlockFrame? ChildOf(JsonElement block, string id) =>
        block.Text("type") switch
        {
            "child_database" => databases.IsReadInPage(block, id) ? new BlockFrame(BlockFrame.Rows, id) : null,
            "child_page" or "unsupported" => null,
            _ when block.Text("has_children") != "true" => null,
            "synced_block" when block.Find("synced_block", "synced_from") is not null => new BlockFrame(BlockFrame.Copy, id),
            _ => new BlockFrame(BlockFrame.Blocks, id),
        };

    /// <summary>A page of a list: the lists below it, and where it goes on.</summary>
    private sealed record Listing(BlockFrame Of, List<BlockFrame> Children, string? Next)
    {
        /// <summary>The list that follows the one of a child; the first list when the child is gone by now.</summary>
        public BlockFrame? After(string child)
        {
            var index = Children.FindIndex(frame => frame.Id == child) + 1;
            return index < Children.Count ? Children[index] : null;
        }
    }
}
