using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>
/// The folders of a mailbox that are read: all but drafts, what waits to be sent, and what is deleted, with the folders below each.
/// </summary>
internal sealed class MailFolders(RestClient client, GraphBatch batch, string mailbox)
{
    /// <summary>Folders by the names that they have in every language, and what documents call mails in them.</summary>
    private static readonly (string Name, string? Type)[] WellKnown =
    [
        ("inbox", "Inbox Mails"),
        ("sentitems", "Sent Mails"),
        ("junkemail", "Junk Mails"),
        ("archive", "Archive Mails"),
        ("drafts", null),
        ("outbox", null),
        ("deleteditems", null),
        ("syncissues", null),
    ];

    /// <summary>The folders with what documents call mails in them, in the order of their ids.</summary>
    public async Task<IReadOnlyList<(string Id, string Type)>> FindAsync(CancellationToken cancellationToken)
    {
        var answers = await batch.GetAsync(
            [.. WellKnown.Select(folder => $"/{mailbox}/mailFolders/{folder.Name}?$select=id")],
            cancellationToken
        );
        var types = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var index = 0; index < WellKnown.Length; index++)
        {
            var (status, body) = answers[index];
            if (status == HttpStatusCode.OK)
            {
                types[body!.Value.RequiredText("A folder of a mailbox of Outlook", "id")] = WellKnown[index].Type;
            }
            else if (status != HttpStatusCode.NotFound)
            {
                throw new ConnectorException(
                    FailureKind.Fatal,
                    $"Microsoft Graph ({mailbox}, folder {WellKnown[index].Name}): answers {(int)status}. Grant the application the "
                        + "permission Mail.Read of type application, for all mailboxes that are meant.",
                    RestErrors.Cause(status)
                );
            }
        }

        var folders = new List<(string Id, string Type)>();
        await AddAsync(folders, types, $"{mailbox}/mailFolders", "Other Mails", cancellationToken);
        folders.Sort((folder, other) => string.CompareOrdinal(folder.Id, other.Id));
        return folders;
    }

    private async Task AddAsync(
        List<(string Id, string Type)> folders,
        Dictionary<string, string?> types,
        string path,
        string inherited,
        CancellationToken cancellationToken
    )
    {
        var request = RestRequest.Get($"{path}?$select=id,childFolderCount&$top=100");
        foreach (var folder in await client.ListAsync(request, Graph.Paging, cancellationToken).ToListAsync(cancellationToken))
        {
            var id = folder.RequiredText("A folder of a mailbox of Outlook", "id");
            var type = types.TryGetValue(id, out var known) ? known : inherited;
            if (type is null)
            {
                continue;
            }

            folders.Add((id, type));
            if (folder.Number("childFolderCount") > 0)
            {
                await AddAsync(folders, types, $"{mailbox}/mailFolders/{id}/childFolders", type, cancellationToken);
            }
        }
    }
}
