using System.Buffers;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>Addresses of what lies on a server of SharePoint, by its path on the host.</summary>
internal static class SharePointServerApi
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
