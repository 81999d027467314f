using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>Finds the sites to mirror: those of the tenant's host, all, some of them, or named ones with the sites below.</summary>
internal sealed class SharePointSites(RestClient graph, SharePointConfiguration configuration)
{
    private static readonly RestRequest Collections = RestRequest.Get(
        "sites/?$filter=siteCollection/root%20ne%20null&$select=siteCollection,webUrl"
    );

    /// <summary>The root of each site collection that is on the tenant's host.</summary>
    /// <exception cref="ConnectorException">There is none: the name is another tenant's.</exception>
    public async Task<IReadOnlyList<JsonElement>> CollectionsAsync(CancellationToken cancellationToken)
    {
        var all = await AllCollectionsAsync(cancellationToken);
        var ours = all.Where(collection => HostOf(collection).Equals(configuration.Host, StringComparison.OrdinalIgnoreCase)).ToList();
        return ours.Count > 0
            ? ours
            : throw new ConnectorException(
                all.Count == 0
                    ? "tenant_id: the tenant has no SharePoint site that the application can see. Grant it the permission Sites.Read.All."
                    : $"tenant_name: the tenant has no sites at {configuration.Host}; it has some at {HostOf(all[0])}."
            );
    }

    /// <summary>The sites to mirror, each once.</summary>
    /// <exception cref="ConnectorException">They can't all be listed, or one that is named does not exist.</exception>
    public async IAsyncEnumerable<JsonElement> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var collection in await CollectionsAsync(cancellationToken))
        {
            var host = HostOf(collection);
            var sites =
                configuration.AllSites || configuration.EnumeratesAllSites
                    ? graph.ListAsync(RestRequest.Get($"sites/{host}/sites?search=*&$select="), Graph.Paging, cancellationToken)
                    : NamedAsync(host, cancellationToken);
            await foreach (var site in sites)
            {
                named.Add(site.Text("name") ?? string.Empty);
                if (IsMeant(site) && seen.Add(site.RequiredText("A site of SharePoint", "id")))
                {
                    yield return site;
                }
            }
        }

        if (!configuration.AllSites && configuration.Sites.FirstOrDefault(name => !named.Contains(LastOf(name))) is { } missing)
        {
            throw new ConnectorException(
                $"site_collections: there is no site '{missing}' that the application can see. Give names as in addresses, behind /sites/."
            );
        }
    }

    /// <summary>The address of a site.</summary>
    public static string AddressOf(JsonElement site) => site.RequiredText("A site of SharePoint", "webUrl");

    private static string HostOf(JsonElement site) => site.Text("siteCollection", "hostname") ?? new Uri(AddressOf(site)).Host;

    private static string LastOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>
    /// Storage of other products is no site, and hosts of people's own sites and of other countries take no token for this one.
    /// </summary>
    private bool IsMeant(JsonElement site)
    {
        var address = new Uri(AddressOf(site));
        return address.Host.Equals(configuration.Host, StringComparison.OrdinalIgnoreCase)
            && !address.AbsolutePath.Contains("/contentstorage/", StringComparison.OrdinalIgnoreCase)
            && (
                configuration.AllSites
                || !configuration.EnumeratesAllSites
                || configuration.Sites.Any(name => name.Equals(site.Text("name"), StringComparison.OrdinalIgnoreCase))
            );
    }

    private async IAsyncEnumerable<JsonElement> NamedAsync(string host, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in configuration.Sites)
        {
            var path = string.Join('/', name.Trim('/').Split('/').Select(Uri.EscapeDataString));
            var expand = configuration.HasSubsites ? "?expand=sites" : string.Empty;
            JsonElement site;
            using (
                var answer = await graph.SendAsync(
                    RestRequest.Get($"sites/{host}:/sites/{path}{expand}") with
                    {
                        Accepted = [404],
                    },
                    cancellationToken
                )
            )
            {
                if (!answer.IsSuccess)
                {
                    continue;
                }

                site = answer.Json.Clone();
            }

            yield return site;
            if (configuration.HasSubsites)
            {
                await foreach (var below in BelowAsync(site, cancellationToken))
                {
                    yield return below;
                }
            }
        }
    }

    private async IAsyncEnumerable<JsonElement> BelowAsync(JsonElement site, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!site.Items("sites").Any())
        {
            yield break;
        }

        var request = RestRequest.Get($"sites/{site.RequiredText("A site of SharePoint", "id")}/sites?expand=sites");
        await foreach (var child in graph.ListAsync(request, Graph.Paging, cancellationToken))
        {
            yield return child;
            await foreach (var below in BelowAsync(child, cancellationToken))
            {
                yield return below;
            }
        }
    }

    /// <summary>The list of all collections is closed to some applications that may read the root site.</summary>
    private async Task<IReadOnlyList<JsonElement>> AllCollectionsAsync(CancellationToken cancellationToken)
    {
        var all = new List<JsonElement>();
        string? next;
        using (var first = await graph.SendAsync(Collections with { Accepted = [403] }, cancellationToken))
        {
            if (!first.IsSuccess)
            {
                using var root = await graph.GetAsync("sites/root?$select=siteCollection,webUrl", cancellationToken);
                return [root.Json.Clone()];
            }

            var items = Graph.Paging.Items(first);
            all.AddRange(items.EnumerateArray().Select(collection => collection.Clone()));
            next = Graph.Paging.Next(first, string.Empty, items);
        }

        if (next is not null)
        {
            all.AddRange(
                await graph.ListAsync(RestRequest.Get(next), Graph.Paging, cancellationToken).ToListAsync(cancellationToken)
            );
        }

        return all;
    }
}
