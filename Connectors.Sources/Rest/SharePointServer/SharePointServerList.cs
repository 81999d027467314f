using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>What is needed of a list to read what is in it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Folder">The path of its folder on the host.</param>
internal sealed record SharePointServerList(string Id, string Title, string Folder)
{
    private const string Kind = "A list of SharePoint Server";

    /// <summary>Whether it holds files.</summary>
    public bool IsLibrary { get; private init; }

    /// <summary>Whether its items lie in another system, and have no ids.</summary>
    public bool IsExternal { get; private init; }

    /// <summary>Whether it is the site's library of pages. Its title depends on the site's language, its folder does not.</summary>
    public bool HasPages => Folder.EndsWith("/SitePages", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is asked for.</summary>
    public string Address => SharePointApi.ListOf(Id);

    /// <summary>A list as the server lists it, with its folder.</summary>
    public static SharePointServerList Of(JsonElement list) =>
        new(list.RequiredText(Kind, "Id"), list.Text("Title") ?? "no title", list.RequiredText(Kind, "RootFolder", "ServerRelativeUrl"))
        {
            IsLibrary = list.Number("BaseType") == 1,
            IsExternal = list.Find("HasExternalDataSource") is { ValueKind: JsonValueKind.True },
        };

    /// <inheritdoc cref="Of(JsonElement)"/>
    public static SharePointServerList Of(string json)
    {
        using var list = JsonDocument.Parse(json);
        return Of(list.RootElement);
    }
}
