using System.Net;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>Makes documents of files that were sent in chats and that lie in channels.</summary>
/// <param name="client">Asks for them as the application: drives belong to people and sites.</param>
internal sealed class TeamsFiles(RestClient client)
{
    private const string Wanted = "id,name,size,webUrl,createdDateTime,lastModifiedDateTime,file,parentReference";

    private static readonly DocumentField[] Fields =
    [
        DocumentField.Value("name"),
        DocumentField.Value("weburl", "webUrl"),
        DocumentField.Value("size_in_bytes", "size"),
        DocumentField.Value("creation_time", "createdDateTime"),
    ];

    /// <summary>The request for what is in a folder of a drive.</summary>
    public static RestRequest In(string drive, string folder) =>
        RestRequest.Get($"drives/{drive}/items/{Uri.EscapeDataString(folder)}/children?$top=5000");

    /// <summary>Writes a file.</summary>
    /// <param name="file">The item of a drive.</param>
    /// <param name="drive">The drive's id.</param>
    /// <param name="page">Takes the document.</param>
    /// <param name="fields">Where the file was found.</param>
    public void Write(JsonElement file, string drive, StreamPage page, params DocumentField[] fields)
    {
        var content = DriveItems.ContentOf(client, $"drives/{drive}", file);
        var changed = RestTime.Of(file.Text("lastModifiedDateTime"));
        page.Add(DriveItems.IdOf(file), file, DocumentFields.Of([.. fields, .. Fields]), changed, content);
    }

    /// <summary>Writes the file that was sent with a message, found by its address. One that was deleted since is none.</summary>
    public async Task WriteSentAsync(JsonElement attachment, string members, StreamPage page, CancellationToken cancellationToken)
    {
        if (attachment.Text("contentUrl") is not { } address)
        {
            return;
        }

        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(address)).TrimEnd('=').Replace('/', '_').Replace('+', '-');
        try
        {
            using var answer = await client.SendAsync(
                RestRequest.Get($"shares/u!{encoded}/driveItem?$select={Wanted}") with
                {
                    Accepted = [404],
                },
                cancellationToken
            );
            if (answer.IsSuccess && answer.Json.Find("file") is not null && answer.Json.Text("parentReference", "driveId") is { } drive)
            {
                Write(
                    answer.Json,
                    drive,
                    page,
                    DocumentField.Constant("type", "User Chat Attachment"),
                    DocumentField.Constant("members", members)
                );
            }
            else if (!answer.IsSuccess && answer.TryJson()?.Find("error", "code") is null)
            {
                page.AddGap(address, "Something else than Microsoft Graph answers 404.");
            }
        }
        catch (ConnectorException closed) when (RestErrors.StatusOf(closed) is HttpStatusCode.Forbidden or HttpStatusCode.Gone)
        {
            page.AddGap(address, closed);
        }
    }
}
