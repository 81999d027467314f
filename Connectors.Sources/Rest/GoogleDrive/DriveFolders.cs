using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>The folders of a place, by which the path of a file is made: a file names only the folder that it lies in.</summary>
internal sealed class DriveFolders
{
    /// <summary>Google allows a hundred levels; more means a circle.</summary>
    private const int MostLevels = 200;

    private readonly Dictionary<string, (string Name, string? Parent)> _byId = new(StringComparer.Ordinal);

    private DriveFolders(IReadOnlyDictionary<string, string> drives)
    {
        foreach (var (id, name) in drives)
        {
            _byId[id] = (name, null);
        }
    }

    /// <summary>Lists the folders.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="folders">The request for the first page of them.</param>
    /// <param name="drives">Names of shared drives by id, which are their top folders.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<DriveFolders> ReadAsync(
        RestClient client,
        RestRequest folders,
        IReadOnlyDictionary<string, string> drives,
        CancellationToken cancellationToken
    )
    {
        var found = new DriveFolders(drives);
        await foreach (var folder in client.ListAsync(folders, DriveApi.Files, cancellationToken))
        {
            found._byId[folder.RequiredText("A folder of Google Drive", "id")] = (folder.Text("name") ?? string.Empty, ParentOf(folder));
        }

        return found;
    }

    /// <summary>The path of a file, from the topmost folder that is known; <see langword="null"/> when its folder is not.</summary>
    public string? PathOf(JsonElement file)
    {
        var names = new Stack<string>([file.Text("name") ?? string.Empty]);
        for (
            var parent = ParentOf(file);
            parent is not null && names.Count < MostLevels && _byId.TryGetValue(parent, out var folder);
            parent = folder.Parent
        )
        {
            names.Push(folder.Name);
        }

        return names.Count > 1 ? string.Join('/', names) : null;
    }

    private static string? ParentOf(JsonElement item) =>
        item.Items("parents").FirstOrDefault() is { ValueKind: JsonValueKind.String } parent ? parent.GetString() : null;
}
