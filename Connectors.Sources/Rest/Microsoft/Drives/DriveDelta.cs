using System.Globalization;
using System.Net;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Microsoft.Drives;

/// <summary>
/// The items of a drive, or what became of them since a time, by Graph's delta listing. An item may come several times, and the last one
/// counts: within a page only that one is given.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="drive">The drive's address: <c>users/U/drive</c>, <c>drives/D</c>.</param>
/// <param name="fields">The fields of an item that are wanted, with commas; <c>id</c> and <c>deleted</c> among them.</param>
/// <param name="since">From when on changes are wanted; <see langword="null"/> for all items as they are.</param>
/// <param name="write">Writes the documents of items that are not deleted.</param>
internal sealed class DriveDelta(
    RestClient client,
    string drive,
    string fields,
    DateTimeOffset? since,
    Func<IReadOnlyList<JsonElement>, StreamPage, CancellationToken, Task> write
) : RestStream("files")
{
    private const int Locked = 423;

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    private string First =>
        $"{drive}/root/delta?$select={fields}&$top=999"
        + (since is { } time ? $"&token={Uri.EscapeDataString(time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + 'Z')}" : "");

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var request = RestRequest.Get(cursor.Length == 0 ? First : cursor) with { Accepted = [404, 410, Locked] };
        using var answer = await client.SendAsync(request, cancellationToken);
        if (!answer.IsSuccess)
        {
            Judge(answer, page);
            return null;
        }

        var items = Graph.Paging.Items(answer);
        var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var item in items.EnumerateArray())
        {
            var id = DriveItems.IdOf(item);
            last.Remove(id);
            last[id] = item;
        }

        foreach (var (id, _) in last.Where(item => IsDeleted(item.Value)))
        {
            page.AddDeleted(id);
        }

        await write([.. last.Values.Where(item => !IsDeleted(item))], page, cancellationToken);
        return Graph.Paging.Next(answer, cursor, items);
    }

    private static bool IsDeleted(JsonElement item) => item.Find("deleted") is not null;

    /// <summary>A user without a drive has no files; a drive that is locked, or whose history is lost, may well have some.</summary>
    private void Judge(RestResponse answer, StreamPage page)
    {
        var error = Graph.ErrorOf(answer);
        if (answer.Status == HttpStatusCode.NotFound && error == "ResourceNotFound")
        {
            return;
        }

        if (answer.Status == HttpStatusCode.Gone && since is not null)
        {
            throw DriveChanges.Expired(drive);
        }

        page.AddGap(
            drive,
            (int)answer.Status == Locked
                ? "The drive is locked (423)."
                : $"The drive can't be listed ({(int)answer.Status}{(error is null ? "" : $", {error}")})."
        );
    }
}
