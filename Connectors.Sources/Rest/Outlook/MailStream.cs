using System.Globalization;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>The mails of a mailbox, folder by folder. Its cursor is the folder's id and the place in it.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="folders">Finds the folders.</param>
/// <param name="mailbox">The mailbox's address.</param>
/// <param name="since">Only what changed since then; <see langword="null"/> for all.</param>
/// <param name="documents">Writes the documents.</param>
internal sealed class MailStream(RestClient client, MailFolders folders, string mailbox, DateTimeOffset? since, OutlookDocuments documents)
    : RestStream("mails")
{
    private const string Fields =
        "id,subject,sender,toRecipients,ccRecipients,bccRecipients,importance,categories,body,hasAttachments,lastModifiedDateTime";

    private IReadOnlyList<(string Id, string Type)>? _folders;

    /// <summary>The condition for what changed since a time; empty for all.</summary>
    public static string Changed(DateTimeOffset? since) =>
        since is { } time
            ? "&$filter=lastModifiedDateTime+ge+" + time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : string.Empty;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var all = _folders ??= await folders.FindAsync(cancellationToken);
        var (at, link) = Parse(cursor);

        // A folder that is gone meanwhile is passed over: they are in the order of their ids.
        var (id, type) = all.FirstOrDefault(folder => string.CompareOrdinal(folder.Id, at) >= 0);
        if (id is null)
        {
            return null;
        }

        var first = RestRequest.Get($"{mailbox}/mailFolders/{id}/messages?$select={Fields}&$top=100{Changed(since)}");
        using var answer = await client.SendAsync(Graph.Paging.Request(first, id == at ? link : string.Empty), cancellationToken);
        var mails = Graph.Paging.Items(answer);
        await documents.WriteMailsAsync(type, mails, page, cancellationToken);
        if (Graph.Paging.Next(answer, link, mails) is { } next)
        {
            return $"{id}|{next}";
        }

        var (after, _) = all.FirstOrDefault(folder => string.CompareOrdinal(folder.Id, id) > 0);
        return after is null ? null : $"{after}|";
    }

    private static (string Folder, string Link) Parse(string cursor)
    {
        var parts = cursor.Split('|', 2);
        return (parts[0], parts.Length == 2 ? parts[1] : string.Empty);
    }
}
