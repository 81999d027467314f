namespace Connectors.Sources.Rest.Paging;

/// <summary>Puts a value into an address.</summary>
internal static class PageAddress
{
    /// <summary>The address with one query parameter set, in the place of whatever value it had.</summary>
    public static Uri With(Uri address, string parameter, string value)
    {
        var name = Uri.EscapeDataString(parameter);
        var others = address
            .Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part.Split('=')[0] is var other && other != name && Uri.UnescapeDataString(other) != parameter);
        return new UriBuilder(address) { Query = string.Join('&', others.Append($"{name}={Uri.EscapeDataString(value)}")) }.Uri;
    }
}
