using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>The files of a place: listed, and made documents of. One thread at a time.</summary>
/// <param name="client">Asks.</param>
/// <param name="part">The place as Drive knows it.</param>
/// <param name="access">Asks who may see files; <see langword="null"/> when access control is off.</param>
/// <param name="drivesAsync">Names of shared drives by id. Asked when documents are made.</param>
/// <param name="isGivenAsync">Says whether a file that is listed here is a document of this place, and not of another one.</param>
internal sealed class DriveFiles(
    RestClient client,
    DrivePart part,
    DriveAccess? access,
    Func<CancellationToken, Task<IReadOnlyDictionary<string, string>>> drivesAsync,
    Func<CancellationToken, Task<Func<JsonElement, bool>>> isGivenAsync
)
{
    private DriveFolders? _folders;

    /// <summary>All files of the place.</summary>
    public PagedStream Listing() =>
        new("files", client, DriveApi.FilesOf(part, access is not null), DriveApi.Files, (files, page, token) =>
            WriteAsync([.. files.EnumerateArray()], page, token)
        );

    /// <summary>Asks for the end of the place's change log.</summary>
    public async Task<string> EndOfChangesAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(DriveApi.EndOfChanges(part), cancellationToken);
        return answer.Json.RequiredText("The change log of Google Drive", "startPageToken");
    }

    /// <summary>Asks for a page of the place's change log. The caller judges refusals, and disposes the answer.</summary>
    public Task<RestResponse> ChangesAsync(string token, CancellationToken cancellationToken) =>
        client.SendAsync(DriveApi.ChangesOf(part, token, access is not null), cancellationToken);

    /// <summary>Writes documents of files, and says of those in the trash that they are gone. Files of other places are passed
    /// over.</summary>
    /// <param name="files">Files as they are now.</param>
    /// <param name="page">Takes the documents.</param>
    /// <param name="cancellationToken">Stops the asking for permissions and folders.</param>
    public async Task WriteAsync(IReadOnlyList<JsonElement> files, StreamPage page, CancellationToken cancellationToken)
    {
        var isGiven = await isGivenAsync(cancellationToken);
        var here = files.Where(isGiven).ToLookup(IsTrashed);
        if (here[false].Any())
        {
            var drives = await drivesAsync(cancellationToken);
            _folders ??= await DriveFolders.ReadAsync(client, DriveApi.FoldersOf(part), drives, cancellationToken);
            await new DriveDocuments(client, drives, access).WriteAsync([.. here[false]], _folders, page, cancellationToken);
        }

        foreach (var file in here[true])
        {
            page.AddDeleted(DriveApi.IdOf(file));
        }

        await DeleteContentsAsync(here[true].Where(IsFolder).Select(DriveApi.IdOf), isGiven, page, cancellationToken);
    }

    private static bool IsTrashed(JsonElement file) => file.Text("trashed") == "true";

    private static bool IsFolder(JsonElement file) => file.Text("mimeType") == DriveApi.Folder;

    /// <summary>What lies in a folder goes to the trash with it, which need not be a change of its own.</summary>
    private async Task DeleteContentsAsync(
        IEnumerable<string> folders,
        Func<JsonElement, bool> isGiven,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var open = new Stack<string>(folders);
        var seen = open.ToHashSet(StringComparer.Ordinal);
        while (open.TryPop(out var folder))
        {
            await foreach (var file in client.ListAsync(DriveApi.TrashIn(part, folder), DriveApi.Files, cancellationToken))
            {
                var id = DriveApi.IdOf(file);
                if (isGiven(file))
                {
                    page.AddDeleted(id);
                }

                if (IsFolder(file) && seen.Add(id))
                {
                    open.Push(id);
                }
            }
        }
    }
}
