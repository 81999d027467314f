using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>
/// The secrets that a job's document holds: the protocol copies the connector's configuration into it, passwords included. They are needed
/// while the job may run, also by another service or process that takes it up, and by nobody afterwards. Pure.
/// </summary>
internal static class JobSecrets
{
    /// <summary>What has to be merged into a job's document so that it holds no secret; <see langword="null"/> when it holds none. A value
    /// stays only where the document says that its field is not sensitive: who made a connector by hand may have left that out.</summary>
    public static JsonObject? Removal(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var cleared = new JsonObject();
        foreach (var (name, field) in job.Configuration ?? [])
        {
            if (field is JsonObject described)
            {
                var value = described["value"];
                if (
                    HoldsSomething(value)
                    && (described["sensitive"] is not JsonValue sensitive || sensitive.GetValueKind() != JsonValueKind.False)
                )
                {
                    cleared[name] = new JsonObject { ["value"] = null };
                }
                else if (Redactor.Redact(value) is var shown && !JsonNode.DeepEquals(value, shown))
                {
                    // An address with a password in it.
                    cleared[name] = new JsonObject { ["value"] = shown };
                }
            }
            else if (HoldsSomething(field))
            {
                cleared[name] = null;
            }
        }

        return cleared.Count == 0 ? null : new JsonObject { ["connector"] = new JsonObject { ["configuration"] = cleared } };
    }

    /// <summary>Adds the removal to a change that ends a job; any other change stays what it is.</summary>
    public static JsonObject? WithRemoval(JsonObject? change, SyncJobRecord job)
    {
        if (ProtocolWords.Parse<JobStatus>(change.Text("status"))?.IsFinal() == true && Removal(job)?["connector"] is { } removal)
        {
            change!["connector"] = removal.DeepClone();
        }

        return change;
    }

    private static bool HoldsSomething(JsonNode? value) =>
        value is not null
        && value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            JsonValueKind.Array => value.AsArray().Count > 0,
            JsonValueKind.Object => value.AsObject().Count > 0,

            // A switch is no secret, and without its value the copy would say something else.
            JsonValueKind.Number => true,
            _ => false,
        };
}
