using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Connectors;

/// <summary>The calls that change one part of a connector. None of them is conditional: the last one wins.</summary>
internal sealed class ConnectorUpdates(Cluster cluster, DocumentWriter writer) : IRoutes
{
    private const string Word = "_connector/{id}/";
    private readonly ProtocolDocuments _connectors = new(cluster, writer, ProtocolDocuments.Connectors);

    public IEnumerable<Route> Routes =>
        [
            new("PUT", Word + "_check_in", "", exchange => Merge(exchange, new JsonObject { ["last_seen"] = _connectors.Now })),
            new("PUT", Word + "_status", "", Status),
            new("PUT", Word + "_error", "", Error),
            new("PUT", Word + "_name", "", exchange =>
                Merge(exchange, RequestBody.Read(exchange, "connector_update_name_request", "name", "description").Json)
            ),
            new("PUT", Word + "_index_name", "", IndexName),
            new("PUT", Word + "_service_type", "", ServiceType),
            new("PUT", Word + "_native", "", Native),
            new("PUT", Word + "_api_key_id", "", exchange =>
                Merge(exchange, RequestBody.Read(exchange, "connector_update_api_key_id_request", "api_key_id", "api_key_secret_id").Json)
            ),
            new("PUT", Word + "_pipeline", "", Pipeline),
            new("PUT", Word + "_features", "", Features),
            new("PUT", Word + "_scheduling", "", Scheduling),
            new("PUT", Word + "_last_sync", "", LastSync),
        ];

    private void Status(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_status_request", "status");
        body.Require("status");
        var wanted = Json.Text(body.Json["status"])!;
        if (!ProtocolStates.ConnectorStatus.Contains(wanted))
        {
            throw body.Failed("/status", ProtocolErrors.Unknown("ConnectorStatus", wanted)).Thrown();
        }

        var status = Json.Text(Existing(exchange)["status"]) ?? "created";
        if (!ProtocolStates.MayFollow(status, wanted))
        {
            throw ProtocolErrors.Transition(status, wanted, "status", "connector_invalid_status_transition_exception").Thrown();
        }

        Merge(exchange, new JsonObject { ["status"] = wanted });
    }

    private void Error(Exchange exchange)
    {
        var error = RequestBody.Read(exchange, "connector_update_error_request", "error").Json["error"];
        Merge(exchange, new JsonObject { ["error"] = error?.DeepClone(), ["status"] = error is null ? "connected" : "error" });
    }

    private void IndexName(Exchange exchange)
    {
        var index = Json.Text(RequestBody.Read(exchange, "connector_update_index_name_request", "index_name").Json["index_name"]);
        var connector = Existing(exchange);
        if (index is not null)
        {
            IndexAttachment.Check(index, Json.Text(connector["is_native"]) == "true");
            IndexAttachment.CheckFree(index, exchange.Segments[1], _connectors);
        }

        Merge(exchange, new JsonObject { ["index_name"] = index });
    }

    private void ServiceType(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_service_type_request", "service_type");
        body.Require("service_type");
        var isNew = Json.Text(Existing(exchange)["status"]) == "created";
        Merge(
            exchange,
            new JsonObject
            {
                ["service_type"] = body.Json["service_type"]!.DeepClone(),
                ["status"] = isNew ? "created" : "needs_configuration",
            }
        );
    }

    private void Native(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_native_request", "is_native");
        body.Require("is_native");
        var isNative = Json.Flag(body.Json["is_native"]);
        if (isNative && Json.Text(Existing(exchange)["index_name"]) is { } index)
        {
            IndexAttachment.Check(index, isNative);
        }

        Merge(exchange, new JsonObject { ["is_native"] = isNative });
    }

    private void Pipeline(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_pipeline_request", "pipeline");
        body.Require("pipeline");
        var pipeline = Json.Object(body.Json["pipeline"], "pipeline");
        if (RequestBody.Missing(pipeline, "extract_binary_content", "name", "reduce_whitespace", "run_ml_inference") is { } missing)
        {
            throw body.Failed("/pipeline", missing, atEnd: true).Thrown();
        }

        Merge(exchange, new JsonObject { ["pipeline"] = pipeline.DeepClone() });
    }

    private void Features(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_features_request", "features");
        body.Require("features");
        var known = new JsonObject();
        foreach (var (name, value) in Json.Object(body.Json["features"], "features"))
        {
            // What is not known is dropped without a word.
            if (name is "document_level_security" or "incremental_sync" or "native_connector_api_keys" or "sync_rules")
            {
                known[name] = value?.DeepClone();
            }
        }

        Merge(exchange, new JsonObject { ["features"] = known });
    }

    private void Scheduling(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_scheduling_request", "scheduling");
        body.Require("scheduling");
        var schedules = new JsonObject();
        foreach (var kind in ProtocolStates.JobTypes)
        {
            if (body.Json["scheduling"]?[kind] is not JsonObject schedule)
            {
                continue;
            }

            if (RequestBody.Missing(schedule, "enabled", "interval") is { } missing)
            {
                throw body.Failed($"/scheduling/{kind}", missing, atEnd: true, ("connector_scheduling", kind)).Thrown();
            }

            if (CronText.Problem(Json.Text(schedule["interval"])!) is { } problem)
            {
                throw body.Failed(
                        $"/scheduling/{kind}/interval",
                        new ElasticError(
                            400,
                            "x_content_parse_exception",
                            "Failed to build [schedule_config] after last required field arrived",
                            problem
                        ),
                        atEnd: false,
                        ("connector_scheduling", kind),
                        ("schedule_config", "interval")
                    )
                    .Thrown();
            }

            schedules[kind] = schedule.DeepClone();
        }

        if (schedules.Count == 0)
        {
            throw ElasticErrors
                .Validation("[scheduling] object needs to define at least one schedule type: [full | incremental | access_control]")
                .Thrown();
        }

        Merge(exchange, new JsonObject { ["scheduling"] = schedules });
    }

    private void LastSync(Exchange exchange)
    {
        var body = RequestBody.Read(
            exchange,
            "connector_update_last_sync_stats_request",
            "last_access_control_sync_error",
            "last_access_control_sync_scheduled_at",
            "last_access_control_sync_status",
            "last_deleted_document_count",
            "last_incremental_sync_scheduled_at",
            "last_indexed_document_count",
            "last_sync_error",
            "last_sync_scheduled_at",
            "last_sync_status",
            "last_synced",
            "sync_cursor"
        );
        var change = new JsonObject();
        foreach (var (name, value) in body.Json)
        {
            if (name.EndsWith("_status", StringComparison.Ordinal) && !ProtocolStates.SyncStatus.Contains(Json.Text(value)))
            {
                throw body.Failed("/" + name, ProtocolErrors.Unknown("ConnectorSyncStatus", Json.Text(value))).Thrown();
            }

            if (value is not null)
            {
                change[name] = name == "last_synced" || name.EndsWith("_at", StringComparison.Ordinal) ? DateOf(value) : value.DeepClone();
            }
        }

        Merge(exchange, change);
    }

    /// <summary>A date as the API stores it: milliseconds.</summary>
    internal static JsonNode? DateOf(JsonNode? value) =>
        Json.Text(value) is { } text && DateText.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var millis)
            ? DateText.Format(millis)
            : throw ElasticErrors.IllegalArgument($"failed to parse date field [{Json.Text(value)}]").Thrown();

    private JsonObject Existing(Exchange exchange) =>
        _connectors.Find(exchange.Segments[1]) ?? throw ProtocolErrors.NoConnector(exchange.Segments[1]).Thrown();

    private void Merge(Exchange exchange, JsonObject partial) =>
        Answer(exchange, _connectors.Merge(exchange.Segments[1], (JsonObject)partial.DeepClone()));

    internal static void Answer(Exchange exchange, string result)
    {
        exchange.Json.WriteStartObject();
        exchange.Json.WriteString("result", result);
        exchange.Json.WriteEndObject();
    }
}
