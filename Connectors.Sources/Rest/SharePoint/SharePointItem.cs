namespace Connectors.Sources.Rest.SharePoint;

/// <summary>An item of a list, a file, a folder or a page, as its roles are asked for.</summary>
/// <param name="List">Its list: <see cref="SharePointApi.ListOf"/>.</param>
/// <param name="Root">The path of the list's folder on the host; empty when it is not known.</param>
/// <param name="Address">What is asked for: <c>_api/web/lists(guid'...')/items(1)</c>.</param>
/// <param name="Path">Its path on the host; empty when it is not known.</param>
internal sealed record SharePointItem(string List, string Root, string Address, string Path);
