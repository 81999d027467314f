namespace Connectors.Emulator.Http;

/// <summary>What clients ask before anything else: who are you, how are you.</summary>
internal sealed class RootRoutes(EmulatorOptions options) : IRoutes
{
    private readonly string _clusterUuid = Identifiers.New();

    public IEnumerable<Route> Routes =>
        [
            new("GET,HEAD", "", "", Root),
            new("GET", "_license", "accept_enterprise,local", License),
            new("GET", "_cluster/health", "timeout,wait_for_status,local,master_timeout", Health),
        ];

    private void Root(Exchange exchange)
    {
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteString("name", "emulator");
        json.WriteString("cluster_name", "connectors-emulator");
        json.WriteString("cluster_uuid", _clusterUuid);
        json.WriteStartObject("version");
        json.WriteString("number", options.Version);
        json.WriteString("build_flavor", "default");
        json.WriteString("build_type", "emulator");
        json.WriteString("build_hash", new string('0', 40));
        json.WriteString("build_date", "2026-01-01T00:00:00.000000000Z");
        json.WriteBoolean("build_snapshot", false);
        json.WriteString("lucene_version", "none");
        json.WriteString("minimum_wire_compatibility_version", options.Version);
        json.WriteString("minimum_index_compatibility_version", options.Version);
        json.WriteEndObject();
        json.WriteString("tagline", "You Know, for Search");
        json.WriteEndObject();
    }

    private void License(Exchange exchange)
    {
        var json = exchange.Json;
        var started = options.TimeProvider.GetUtcNow();
        json.WriteStartObject();
        json.WriteStartObject("license");
        json.WriteString("status", "active");
        json.WriteString("uid", _clusterUuid);
        json.WriteString("type", "basic");
        json.WriteString("issue_date", Mapping.DateText.Format(started.ToUnixTimeMilliseconds()));
        json.WriteNumber("issue_date_in_millis", started.ToUnixTimeMilliseconds());
        json.WriteNumber("max_nodes", 1000);
        json.WriteNull("max_resource_units");
        json.WriteString("issued_to", "connectors-emulator");
        json.WriteString("issuer", "elasticsearch");
        json.WriteNumber("start_date_in_millis", -1);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Health(Exchange exchange)
    {
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteString("cluster_name", "connectors-emulator");
        json.WriteString("status", "green");
        json.WriteBoolean("timed_out", false);
        json.WriteNumber("number_of_nodes", 1);
        json.WriteNumber("number_of_data_nodes", 1);
        foreach (
            var name in (string[])
                [
                    "active_primary_shards",
                    "active_shards",
                    "relocating_shards",
                    "initializing_shards",
                    "unassigned_shards",
                    "unassigned_primary_shards",
                    "delayed_unassigned_shards",
                    "number_of_pending_tasks",
                    "number_of_in_flight_fetch",
                    "task_max_waiting_in_queue_millis",
                ]
        )
        {
            json.WriteNumber(name, 0);
        }

        json.WriteNumber("active_shards_percent_as_number", 100.0);
        json.WriteEndObject();
    }
}
