using System.Buffers;

namespace Connectors.Sources.Rest.SharePoint;

/// <summary>Addresses of files and folders, by their paths on the host.</summary>
internal static class SharePointPaths
{
    /// <summary>What filters of IIS refuse in the path of an address, also escaped.</summary>
    private static readonly SearchValues<char> OnlyInQueries = SearchValues.Create("%&#+");

    /// <summary>Letters of a name in the path of an address; a longer one goes into the query. ASP.NET takes 260 altogether.</summary>
    private const int Longest = 200;

    /// <summary>A path as it stands in an address: <c>/sites/eng/Shared%20Documents</c>.</summary>
    public static string Quote(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>A file of a site. What belongs to it: <see cref="SharePointApi.PartOf"/>.</summary>
    public static string FileOf(string path) => Of("File", path);

    /// <summary>A folder of a site. What belongs to it: <see cref="SharePointApi.PartOf"/>.</summary>
    public static string FolderOf(string path) => Of("Folder", path);

    /// <summary>The folder that a file or folder lies in; empty when there is none.</summary>
    public static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : string.Empty;

    /// <summary>Whether something lies in a folder, or in one below it.</summary>
    public static bool IsBelow(string folder, string path) =>
        folder.Length > 0 && path.StartsWith($"{folder}/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path on the host that an address leads to, as people write it; empty when it is no address.</summary>
    public static string PathOf(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var found) && !found.IsFile
            ? Uri.UnescapeDataString(found.AbsolutePath).TrimEnd('/')
            : string.Empty;

    /// <summary>The folder of a list whose address is known. That can be the address of a view, which lies in the folder or in
    /// <c>Forms</c> below it.</summary>
    public static string RootOf(string? address)
    {
        var path = PathOf(address);
        if (!path.EndsWith(".aspx", StringComparison.OrdinalIgnoreCase))
        {
            return path;
        }

        var folder = ParentOf(path);
        return folder.EndsWith("/Forms", StringComparison.OrdinalIgnoreCase) ? ParentOf(folder) : folder;
    }

    private static string Of(string kind, string path)
    {
        var name = $"'{Quote(path.Replace("'", "''", StringComparison.Ordinal))}'";
        return name.Length > Longest || path.AsSpan().ContainsAny(OnlyInQueries)
            ? $"{Function(kind, path, "@path")}?@path={name}"
            : Function(kind, path, name);
    }

    /// <summary>
    /// The older function takes a percent sign for the beginning of an escaped letter. The newer one takes names as they are, and is there
    /// in all versions that allow such names.
    /// </summary>
    private static string Function(string kind, string path, string name) =>
        path.AsSpan().ContainsAny('%', '#')
            ? $"_api/web/Get{kind}ByServerRelativePath(decodedurl={name})"
            : $"_api/web/Get{kind}ByServerRelativeUrl({name})";
}
