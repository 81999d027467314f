using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>The address of a next page as a cursor.</summary>
internal static class PageLink
{
    /// <summary>Short where it stays on the host, as its path and query.</summary>
    /// <param name="page">The address of the page that names it.</param>
    /// <param name="next">As it is written there, absolute or relative.</param>
    /// <exception cref="ConnectorException">It is none, or on another host, where the credentials are not meant to go.</exception>
    public static string Of(Uri page, string next)
    {
        if (!Uri.TryCreate(page, next, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ConnectorException($"{RestErrors.Name(page)}: what it calls the next page is no address.");
        }

        return Uri.Compare(address, page, UriComponents.HostAndPort, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
            ? address.PathAndQuery
            : throw RestErrors.OtherHost(RestErrors.Name(page), "the next page leads", address);
    }
}
