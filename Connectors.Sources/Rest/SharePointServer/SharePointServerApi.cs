namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>Addresses of what lies on a server of SharePoint, by its path on the host.</summary>
internal static class SharePointServerApi
{
    /// <summary>Letters of a name in the path of an address; a longer one goes into the query. ASP.NET takes 260 altogether.</summary>
    private const int Longest = 200;

    /// <summary>A path as it stands in an address: <c>/sites/eng/Shared%20Documents</c>.</summary>
    public static string Quote(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>A file of a site.</summary>
    /// <param name="path">Its path on the host.</param>
    /// <param name="part">What is asked for of it: <c>/$value</c>.</param>
    public static string FileOf(string path, string part = "")
    {
        var name = NameOf(path);
        return name.Length > Longest ? $"{Of("File", path, "@path")}{part}?@path={name}" : $"{Of("File", path, name)}{part}";
    }

    /// <summary>A folder of a site.</summary>
    public static string FolderOf(string path) => Of("Folder", path, NameOf(path));

    /// <summary>The folder that a file or folder lies in; empty when there is none.</summary>
    public static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : string.Empty;

    private static string NameOf(string path) => $"'{Quote(path.Replace("'", "''", StringComparison.Ordinal))}'";

    /// <summary>
    /// The older function takes a percent sign for the beginning of an escaped letter. The newer one takes names as they are, and is there
    /// in all versions that allow such names.
    /// </summary>
    private static string Of(string kind, string path, string name) =>
        path.AsSpan().ContainsAny('%', '#')
            ? $"_api/web/Get{kind}ByServerRelativePath(decodedurl={name})"
            : $"_api/web/Get{kind}ByServerRelativeUrl({name})";
}
