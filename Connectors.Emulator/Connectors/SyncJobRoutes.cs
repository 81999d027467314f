using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Connectors;

/// <summary>Sync jobs. A claim checks nothing, as in Elasticsearch: it is no lock.</summary>
internal sealed class SyncJobRoutes(Cluster cluster, DocumentWriter writer) : IRoutes
{
    private const int DefaultSize = 100;
    private const string Transition = "connector_sync_job_invalid_status_transition_exception";
    private static readonly string[] Counts =
    [
        "deleted_document_count",
        "indexed_document_count",
        "indexed_document_volume",
        "total_document_count",
    ];
    private readonly ProtocolDocuments _connectors = new(cluster, writer, ProtocolDocuments.Connectors);
    private readonly ProtocolDocuments _jobs = new(cluster, writer, ProtocolDocuments.SyncJobs);

    public IEnumerable<Route> Routes =>
        [
            new("POST", "_connector/_sync_job", "", Create),
            new("GET", "_connector/_sync_job", "from,size,status,connector_id,job_type", List),
            new("GET", "_connector/_sync_job/{id}", "", Get),
            new("DELETE", "_connector/_sync_job/{id}", "", Delete),
            new("PUT", "_connector/_sync_job/{id}/_check_in", "", exchange =>
                Merge(exchange, new JsonObject { ["last_seen"] = _jobs.Now })
            ),
            new("PUT", "_connector/_sync_job/{id}/_claim", "", Claim),
            new("PUT", "_connector/_sync_job/{id}/_stats", "", Stats),
            new("PUT", "_connector/_sync_job/{id}/_cancel", "", Cancel),
            new("PUT", "_connector/_sync_job/{id}/_error", "", Error),
        ];

    private static string IdOf(Exchange exchange) => exchange.Segments[2];

    private void Create(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_sync_job_post_request", "id", "job_type", "trigger_method");
        body.Require("id");
        var type = Word(body, "job_type", "full", "ConnectorSyncJobType", ProtocolStates.JobTypes);
        var trigger = Word(body, "trigger_method", "on_demand", "ConnectorSyncJobTriggerMethod", ProtocolStates.Triggers);
        var connectorId = Json.Text(body.Json["id"])!;
        var connector = _connectors.Find(connectorId)
            ?? throw ProtocolErrors.NotFound($"Connector with id '{connectorId}' does not exist.").Thrown();
        foreach (var (field, what) in (ReadOnlySpan<(string, string)>)[("index_name", "index attached"), ("service_type", "service type")])
        {
            if (string.IsNullOrEmpty(Json.Text(connector[field])))
            {
                throw ProtocolErrors
                    .Refused(
                        $"Cannot start a sync for connector [{connectorId}] with no {what}. Set the [{field}] property for the connector "
                            + "to enable syncing data."
                    )
                    .Thrown();
            }
        }

        var id = Identifiers.NewDocumentId();
        _jobs.Put(id, NewDocuments.SyncJob(connectorId, connector, type, trigger, _jobs.Now));
        exchange.Status = 201;
        exchange.Json.WriteStartObject();
        exchange.Json.WriteString("id", id);
        exchange.Json.WriteEndObject();
    }

    private void List(Exchange exchange)
    {
        if (exchange["status"] is { } status && !ProtocolStates.SyncStatus.Contains(status))
        {
            throw ProtocolErrors.Unknown("ConnectorSyncStatus", status).Thrown();
        }

        var types = exchange["job_type"]?.Split(',');
        if (types?.FirstOrDefault(type => !ProtocolStates.JobTypes.Contains(type)) is { } unknown)
        {
            throw ProtocolErrors.Unknown("ConnectorSyncJobType", unknown).Thrown();
        }

        var found = _jobs
            .All()
            .Where(job =>
                (exchange["status"] is null || Json.Text(job.Source["status"]) == exchange["status"])
                && (exchange["connector_id"] is null || Json.Text(job.Source["connector"]?["id"]) == exchange["connector_id"])
                && (types is null || types.Contains(Json.Text(job.Source["job_type"])))
            )
            .OrderByDescending(job => Json.Text(job.Source["created_at"]), StringComparer.Ordinal);
        ResultList.Write(exchange, found, DefaultSize, _jobs.IndexName);
    }

    private void Get(Exchange exchange) => ConnectorRoutes.WithId(IdOf(exchange), Existing(exchange)).WriteTo(exchange.Json);

    private void Delete(Exchange exchange)
    {
        if (!_jobs.Delete(IdOf(exchange)))
        {
            throw ProtocolErrors.NotFound(IdOf(exchange)).Thrown();
        }

        exchange.Acknowledge();
    }

    private void Claim(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_claim_sync_job", "worker_hostname", "sync_cursor");
        body.Require("worker_hostname");
        var change = new JsonObject
        {
            ["last_seen"] = _jobs.Now,
            ["started_at"] = _jobs.Now,
            ["status"] = "in_progress",
            ["worker_hostname"] = body.Json["worker_hostname"]!.DeepClone(),
        };
        if (body.Json["sync_cursor"] is { } cursor)
        {
            change["connector"] = new JsonObject { ["sync_cursor"] = cursor.DeepClone() };
        }

        Merge(exchange, change);
    }

    private void Stats(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_sync_job_ingestion_stats", [.. Counts, "last_seen", "metadata"]);
        body.Require("deleted_document_count", "indexed_document_count", "indexed_document_volume");
        var change = new JsonObject { ["last_seen"] = body.Json["last_seen"] is { } seen ? ConnectorUpdates.DateOf(seen) : _jobs.Now };
        foreach (var name in Counts)
        {
            if (body.Json[name] is { } count)
            {
                if (Json.Text(count)!.StartsWith('-'))
                {
                    throw ElasticErrors.Validation($"[{name}] cannot be negative.").Thrown();
                }

                change[name] = count.DeepClone();
            }
        }

        if (body.Json["metadata"] is { } metadata)
        {
            change["metadata"] = metadata.DeepClone();
        }

        Merge(exchange, change);
    }

    private void Cancel(Exchange exchange)
    {
        var (now, status) = (_jobs.Now, Json.Text(Existing(exchange)["status"])!);
        if (status is "pending" or "suspended")
        {
            Merge(
                exchange,
                new JsonObject
                {
                    ["status"] = "canceled",
                    ["completed_at"] = now,
                    ["cancelation_requested_at"] = now,
                    ["canceled_at"] = now,
                }
            );
            return;
        }

        Require(status, "canceling");
        Merge(exchange, new JsonObject { ["status"] = "canceling", ["cancelation_requested_at"] = now });
    }

    private void Error(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_sync_job_error", "error");
        body.Require("error");
        Require(Json.Text(Existing(exchange)["status"])!, "error");
        Merge(exchange, new JsonObject { ["status"] = "error", ["error"] = body.Json["error"]!.DeepClone() });
    }

    private static void Require(string from, string to)
    {
        if (!ProtocolStates.MayFollowInJob(from, to))
        {
            throw ProtocolErrors.Transition(from, to, "ConnectorSyncStatus", Transition).Thrown();
        }
    }

    /// <summary>The parser learns of a wrong word only when it has all fields, so it blames the last one.</summary>
    private static string Word(RequestBody body, string field, string otherwise, string kind, string[] words)
    {
        var word = Json.Text(body.Json[field]) ?? otherwise;
        if (words.Contains(word))
        {
            return word;
        }

        var unknown = ProtocolErrors.Unknown(kind, word);
        throw (
            body.Json.Count == 3
                ? body.Failed(
                    "/" + body.Json.Last().Key,
                    new ElasticError(
                        400,
                        "x_content_parse_exception",
                        $"Failed to build [{body.Name}] after last required field arrived",
                        unknown
                    )
                )
                : unknown
        ).Thrown();
    }

    private JsonObject Existing(Exchange exchange) => _jobs.Find(IdOf(exchange)) ?? throw ProtocolErrors.NotFound(IdOf(exchange)).Thrown();

    private void Merge(Exchange exchange, JsonObject partial)
    {
        Existing(exchange);
        ConnectorUpdates.Answer(exchange, _jobs.Merge(IdOf(exchange), partial));
    }
}
