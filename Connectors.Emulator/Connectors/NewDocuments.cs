using System.Text.Json.Nodes;

namespace Connectors.Emulator.Connectors;

/// <summary>What the Connector API puts into documents that it makes.</summary>
internal static class NewDocuments
{
    public static JsonObject Connector(JsonObject request, string now)
    {
        var document = new JsonObject { ["configuration"] = new JsonObject(), ["custom_scheduling"] = new JsonObject() };
        Copy(request, document, "description");
        document["filtering"] = new JsonArray(
            new JsonObject
            {
                ["active"] = Filtering(now),
                ["domain"] = "DEFAULT",
                ["draft"] = Filtering(now),
            }
        );
        Copy(request, document, "index_name");
        document["is_native"] = request["is_native"]?.DeepClone() ?? false;
        Copy(request, document, "language");
        Copy(request, document, "name");
        document["scheduling"] = new JsonObject
        {
            ["access_control"] = Never(),
            ["full"] = Never(),
            ["incremental"] = Never(),
        };
        Copy(request, document, "service_type");
        document["status"] = "created";
        document["sync_now"] = false;
        document["deleted"] = false;
        return document;
    }

    /// <summary>A job, with the copy of its connector that it is run by.</summary>
    public static JsonObject SyncJob(string connectorId, JsonObject connector, string type, string trigger, string now)
    {
        var index = (string)connector["index_name"]!;
        var copy = new JsonObject
        {
            ["id"] = connectorId,
            ["filtering"] = (connector["filtering"] as JsonArray)?.FirstOrDefault()?["active"]?.DeepClone(),
            ["index_name"] = type == "access_control" ? ".search-acl-filter-" + index : index,
        };
        foreach (var name in (string[])["language", "pipeline", "service_type", "configuration"])
        {
            Copy(connector, copy, name);
        }

        return new JsonObject
        {
            ["connector"] = copy,
            ["created_at"] = now,
            ["deleted_document_count"] = 0,
            ["indexed_document_count"] = 0,
            ["indexed_document_volume"] = 0,
            ["job_type"] = type,
            ["last_seen"] = now,
            ["metadata"] = new JsonObject(),
            ["status"] = "pending",
            ["total_document_count"] = 0,
            ["trigger_method"] = trigger,
        };
    }

    public static JsonObject DefaultRule(string now, int order) =>
        new()
        {
            ["created_at"] = now,
            ["field"] = "_",
            ["id"] = "DEFAULT",
            ["order"] = order,
            ["policy"] = "include",
            ["rule"] = "regex",
            ["updated_at"] = now,
            ["value"] = ".*",
        };

    private static JsonObject Filtering(string now) =>
        new()
        {
            ["advanced_snippet"] = new JsonObject
            {
                ["created_at"] = now,
                ["updated_at"] = now,
                ["value"] = new JsonObject(),
            },
            ["rules"] = new JsonArray(DefaultRule(now, 0)),
            ["validation"] = new JsonObject { ["errors"] = new JsonArray(), ["state"] = "valid" },
        };

    private static JsonObject Never() => new() { ["enabled"] = false, ["interval"] = "0 0 0 * * ?" };

    private static void Copy(JsonObject from, JsonObject to, string name)
    {
        if (from[name] is { } value)
        {
            to[name] = value.DeepClone();
        }
    }
}
