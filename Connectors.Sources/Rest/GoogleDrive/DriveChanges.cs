using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>
/// What the change log of a place says since a token. A place that has none yet is new: all its files are given, and then what changed
/// meanwhile. An entry of the log holds the file as it is now, or its id alone when the asking account can no longer see it.
/// </summary>
/// <param name="place">Whose log.</param>
/// <param name="files">Its files.</param>
/// <param name="stored">Where the last sync ended; <see langword="null"/> for a new place.</param>
/// <param name="isOnlyReader">Whether nobody else can see what the asking account can't: what it no longer sees is gone.</param>
/// <param name="end">Takes the token where the next sync begins, when the log was read to its end.</param>
internal sealed class DriveChanges(RestPlace place, DriveFiles files, string? stored, bool isOnlyReader, Action<string> end)
    : RestStream("changes")
{
    private readonly PagedStream _listing = files.Listing();

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var (start, token) = Parse(cursor) ?? await BeginAsync(cancellationToken);
        if (start is null)
        {
            return await ReadChangesAsync(token, page, cancellationToken) is { } more ? CursorOf(null, more) : null;
        }

        return await _listing.ReadAsync(token, page, cancellationToken) is { } next ? CursorOf(start, next) : CursorOf(null, start);
    }

    /// <summary>The failure of a log whose token Google refuses.</summary>
    private ConnectorException Lost() =>
        new($"Google Drive ({place.Name}): the change log does not reach back to the last sync.") { IsGone = true };

    private async Task<(string? Start, string Token)> BeginAsync(CancellationToken cancellationToken) =>
        stored is null ? (await files.EndOfChangesAsync(cancellationToken), string.Empty) : (null, stored);

    private async Task<string?> ReadChangesAsync(string token, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await files.ChangesAsync(token, cancellationToken);
        if (!answer.IsSuccess)
        {
            Judge(answer, page);
            return null;
        }

        // A file that changes while its log is read comes again: within a page the last entry counts.
        var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var change in DriveApi.Changes.Items(answer).EnumerateArray().Where(change => change.Text("changeType") != "drive"))
        {
            last[change.RequiredText("A change of Google Drive", "fileId")] = change;
        }

        await files.WriteAsync([.. last.Values.Select(change => change.Find("file")).OfType<JsonElement>()], page, cancellationToken);
        foreach (var (id, _) in last.Where(change => isOnlyReader && change.Value.Find("file") is null))
        {
            page.AddDeleted(id);
        }

        if (answer.Json.Text("nextPageToken") is { } next)
        {
            return next;
        }

        end(answer.Json.RequiredText("The change log of Google Drive", "newStartPageToken"));
        return null;
    }

    /// <summary>A token that is refused means a full sync; a place that is gone by now is one that can't be read.</summary>
    private void Judge(RestResponse answer, StreamPage page)
    {
        if (answer.Status != HttpStatusCode.NotFound || IsOfToken(answer))
        {
            throw Lost();
        }

        page.AddGap(place.Name, "Its change log can't be read (404).");
    }

    private static bool IsOfToken(RestResponse answer) =>
        answer.TryJson() is { } json && json.Items("error", "errors").Any(detail => detail.Text("location") == "pageToken");

    /// <summary>Where a cursor is: in the listing of a new place, whose log is read from <c>Start</c> then, or in the log. Nothing for the
    /// first page.</summary>
    private static (string? Start, string Token)? Parse(string cursor) =>
        cursor.Split('|') is [var start, var token]
            ? (start.Length == 0 ? null : Uri.UnescapeDataString(start), Uri.UnescapeDataString(token))
            : null;

    private static string CursorOf(string? start, string token) =>
        $"{Uri.EscapeDataString(start ?? string.Empty)}|{Uri.EscapeDataString(token)}";
}
