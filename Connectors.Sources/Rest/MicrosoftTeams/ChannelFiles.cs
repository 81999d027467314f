using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>The files of a channel: those below its folder, which is asked for first.</summary>
/// <param name="client">Asks for the folder.</param>
/// <param name="application">Asks for what is in it.</param>
/// <param name="channel">The channel's address.</param>
/// <param name="documents">Writes the documents.</param>
internal sealed class ChannelFiles(RestClient client, RestClient application, string channel, ChannelDocuments documents)
    : RestStream("files")
{
    private FolderTree? _tree;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        _tree ??= await FindAsync(cancellationToken);
        return await _tree.ReadAsync(cursor, page, cancellationToken);
    }

    private async Task<FolderTree> FindAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync($"{channel}/filesFolder", cancellationToken);
        var drive = answer.Json.RequiredText("The folder of a channel", "parentReference", "driveId");
        var files = new TeamsFiles(application);
        return new FolderTree(application, drive, answer.Json.RequiredText("The folder of a channel", "id"), (file, page) =>
            documents.WriteFile(file, drive, files, page)
        );
    }
}
