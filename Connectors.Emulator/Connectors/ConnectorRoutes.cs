using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Connectors;

/// <summary>Connectors are made, read, listed and deleted. <see cref="ConnectorUpdates"/> has the calls for their parts.</summary>
internal sealed class ConnectorRoutes(Cluster cluster, DocumentWriter writer) : IRoutes
{
    private const int DefaultSize = 100;
    private readonly ProtocolDocuments _connectors = new(cluster, writer, ProtocolDocuments.Connectors);
    private readonly ProtocolDocuments _jobs = new(cluster, writer, ProtocolDocuments.SyncJobs);

    public IEnumerable<Route> Routes =>
        [
            new("GET", "_connector", "from,size,index_name,connector_name,service_type,query,include_deleted", List),
            new("PUT,POST", "_connector", "", exchange => Create(exchange, Identifiers.NewDocumentId())),
            new("PUT", "_connector/{id}", "", exchange => Create(exchange, exchange.Segments[1])),
            new("GET", "_connector/{id}", "include_deleted", Get),
            new("DELETE", "_connector/{id}", "delete_sync_jobs,hard", Delete),
        ];

    private void Create(Exchange exchange, string id)
    {
        var body = RequestBody
            .Read(exchange, "connector_put_request", "index_name", "name", "description", "service_type", "language", "is_native")
            .Json;
        if (Json.Text(body["index_name"]) is { } index)
        {
            IndexAttachment.Check(index, isNative: Json.Flag(body["is_native"]));
            IndexAttachment.CheckFree(index, id, _connectors);
        }

        var result = _connectors.Put(id, NewDocuments.Connector(body, _connectors.Now));
        exchange.Status = result == "created" ? 201 : 200;
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("result", result);
        json.WriteEndObject();
    }

    private void Get(Exchange exchange)
    {
        var id = exchange.Segments[1];
        var connector = _connectors.Find(id);
        if (connector is null || (IsDeleted(connector) && !exchange.Flag("include_deleted")))
        {
            throw ProtocolErrors.NoConnector(id).Thrown();
        }

        WithId(id, connector).WriteTo(exchange.Json);
    }

    private void List(Exchange exchange)
    {
        var (names, indices, types) = (Words(exchange["connector_name"]), Words(exchange["index_name"]), Words(exchange["service_type"]));
        var withDeleted = exchange.Flag("include_deleted");
        var found = _connectors
            .All()
            .Where(connector =>
                (withDeleted || !IsDeleted(connector.Source))
                && IsAmong(indices, connector.Source["index_name"])
                && IsAmong(names, connector.Source["name"])
                && IsAmong(types, connector.Source["service_type"])
                && Mentions(connector.Source, exchange["query"])
            )
            .OrderBy(connector => Json.Text(connector.Source["index_name"]) is null)
            .ThenBy(connector => Json.Text(connector.Source["index_name"]), StringComparer.Ordinal);
        ResultList.Write(exchange, found, DefaultSize, _connectors.IndexName);
    }

    private void Delete(Exchange exchange)
    {
        var id = exchange.Segments[1];
        if (_connectors.Find(id) is not { } connector || (IsDeleted(connector) && !exchange.Flag("hard")))
        {
            throw ProtocolErrors.NoConnector(id).Thrown();
        }

        if (exchange.Flag("hard"))
        {
            _connectors.Delete(id);
        }
        else
        {
            _connectors.Merge(id, new JsonObject { ["deleted"] = true });
        }

        if (exchange.Flag("delete_sync_jobs"))
        {
            foreach (var (job, _) in _jobs.All().Where(job => Json.Text(job.Source["connector"]?["id"]) == id).ToList())
            {
                _jobs.Delete(job);
            }
        }

        exchange.Acknowledge();
    }

    internal static JsonObject WithId(string id, JsonObject source) =>
        new([KeyValuePair.Create("id", (JsonNode?)id), .. source.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))]);

    private static bool IsDeleted(JsonObject connector) => Json.Text(connector["deleted"]) == "true";

    private static string[]? Words(string? parameter) => parameter?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsAmong(string[]? wanted, JsonNode? value) => wanted is null || wanted.Contains(Json.Text(value));

    private static bool Mentions(JsonObject connector, string? query) =>
        query is null
        || ((string[])["name", "index_name"]).Any(name =>
            Json.Text(connector[name])?.Contains(query, StringComparison.OrdinalIgnoreCase) == true
        );
}
