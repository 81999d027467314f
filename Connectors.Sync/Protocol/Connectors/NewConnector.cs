using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>A connector to be made, with the form that Kibana gives one.</summary>
internal sealed record NewConnector
{
    /// <summary>Its id; <see langword="null"/> to let Elasticsearch choose one.</summary>
    public string? Id { get; init; }

    /// <summary>The name that people see.</summary>
    public required string Name { get; init; }

    /// <summary>The source.</summary>
    public required string ServiceType { get; init; }

    /// <summary>The content index; no other connector may have it.</summary>
    public required string IndexName { get; init; }

    /// <summary>Configuration with values (see <see cref="ConnectorConfiguration"/>); <see langword="null"/> to let the service write the
    /// default one.</summary>
    public JsonObject? Configuration { get; init; }

    /// <summary>Its state.</summary>
    public ConnectorStatus Status { get; init; } = ConnectorStatus.Created;

    /// <summary>When it syncs by itself, as a Quartz cron expression; <see langword="null"/> for never.</summary>
    public string? Schedule { get; init; }

    /// <summary>The ingest pipeline of its documents; <see langword="null"/> for none.</summary>
    public PipelineSettings? Pipeline { get; init; }

    internal JsonObject Render(DateTimeOffset now) =>
        new()
        {
            ["configuration"] = Configuration?.DeepClone() ?? new JsonObject(),
            ["custom_scheduling"] = new JsonObject(),
            ["filtering"] = new JsonArray(
                new JsonObject
                {
                    ["active"] = IncludeEverything(now),
                    ["domain"] = "DEFAULT",
                    ["draft"] = IncludeEverything(now),
                }
            ),
            ["index_name"] = IndexName,
            ["is_native"] = false,
            ["name"] = Name,
            ["pipeline"] = Pipeline is null ? null : Render(Pipeline),
            ["scheduling"] = new JsonObject
            {
                ["access_control"] = Never(),
                ["full"] = Schedule is null ? Never() : new JsonObject { ["enabled"] = true, ["interval"] = Schedule },
                ["incremental"] = Never(),
            },
            ["service_type"] = ServiceType,
            ["status"] = Status.ToWord(),
            ["sync_now"] = false,
            ["deleted"] = false,
        };

    /// <summary>What the Connector API is given.</summary>
    internal JsonObject RenderForApi() =>
        new()
        {
            ["index_name"] = IndexName,
            ["is_native"] = false,
            ["name"] = Name,
            ["service_type"] = ServiceType,
        };

    /// <summary>What it takes beyond that to be as wanted; nothing that the API has set already.</summary>
    internal JsonObject? RenderRest()
    {
        var all = Render(DateTimeOffset.UnixEpoch);
        var rest = new JsonObject { ["status"] = Status.ToWord() };
        if (Configuration is not null)
        {
            rest["configuration"] = Configuration.DeepClone();
        }

        if (Schedule is not null)
        {
            rest["scheduling"] = all["scheduling"]!.DeepClone();
        }

        if (Pipeline is not null)
        {
            rest["pipeline"] = all["pipeline"]!.DeepClone();
        }

        return rest;
    }

    internal static JsonObject Render(PipelineSettings pipeline) =>
        new()
        {
            ["name"] = pipeline.Name,
            ["extract_binary_content"] = pipeline.ExtractBinaryContent,
            ["reduce_whitespace"] = pipeline.ReduceWhitespace,
            ["run_ml_inference"] = pipeline.RunMlInference,
        };

    private static JsonObject Never() => new() { ["enabled"] = false, ["interval"] = "0 0 0 * * ?" };

    private static JsonObject IncludeEverything(DateTimeOffset now)
    {
        var time = ProtocolTime.Format(now);
        return new JsonObject
        {
            ["advanced_snippet"] = new JsonObject
            {
                ["created_at"] = time,
                ["updated_at"] = time,
                ["value"] = new JsonObject(),
            },
            ["rules"] = new JsonArray(
                new JsonObject
                {
                    ["created_at"] = time,
                    ["field"] = "_",
                    ["id"] = "DEFAULT",
                    ["order"] = 0,
                    ["policy"] = "include",
                    ["rule"] = "regex",
                    ["updated_at"] = time,
                    ["value"] = ".*",
                }
            ),
            ["validation"] = new JsonObject { ["errors"] = new JsonArray(), ["state"] = "valid" },
        };
    }
}
