using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Tests.Support.MongoWire;

namespace Connectors.Tests.Sources.Databases.MongoDB;

/// <summary>Sources of the collection <c>shop.orders</c> of a test server, and short ways to read them.</summary>
internal static class SomeMongo
{
    public static SourceSettings Settings(string host, params (string Name, JsonNode? Value)[] others)
    {
        var configuration = new JsonObject
        {
            ["host"] = new JsonObject { ["value"] = host },
            ["database"] = new JsonObject { ["value"] = "shop" },
            ["collection"] = new JsonObject { ["value"] = "orders" },
        };
        foreach (var (name, value) in others)
        {
            configuration[name] = new JsonObject { ["value"] = value };
        }

        return SourceSettings.FromConfiguration(configuration, new MongoDataSource(SourceContext.Empty).Description.Fields);
    }

    /// <summary>A source that waits longer for its server than usual, and than the driver waits for one connection: the machine may be busy with other
    /// tests.</summary>
    public static MongoDataSource Source(MongoWireServer server, params (string Name, JsonNode? Value)[] others) =>
        new(
            new SourceContext { Settings = Settings($"{server.ConnectionString}?serverSelectionTimeoutMS=300000", others) },
            documentsAPartition: 5
        );

    /// <summary>Ids and bodies of a page, in order, with the token of the next.</summary>
    public static async Task<(List<(string Id, string Body)> Documents, PageToken Next, bool IsLast)> PageAsync(
        this MongoDataSource source,
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var page = await source.ReadPageAsync(partition, after, limits, cancellationToken);
        var documents = Enumerable
            .Range(0, page.Count)
            .Select(i => (Encoding.UTF8.GetString(page[i].Id.Span), Encoding.UTF8.GetString(page[i].Body.Span)))
            .ToList();
        return (documents, page.Next, page.IsLast);
    }

    /// <summary>All ids of a partition from a token on.</summary>
    public static async Task<List<string>> IdsAsync(
        this MongoDataSource source,
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var ids = new List<string>();
        while (true)
        {
            var (documents, next, isLast) = await source.PageAsync(partition, after, limits, cancellationToken);
            ids.AddRange(documents.Select(document => document.Id));
            if (isLast)
            {
                return ids;
            }

            after = next;
        }
    }
}
