using System.Text.Json.Nodes;

namespace Connectors.Tests.Support;

/// <summary>The life of a connector under Elastic's own service, as recorded (Recorded/python-service-9.6.jsonl).</summary>
internal static class RecordedLife
{
    private static readonly JsonObject[] Lines = ReadLines();

    /// <summary>What a snapshot says beside its name: <c>connector</c>, <c>job</c>, <c>connector_changed</c>, <c>job_changed</c>.</summary>
    public static JsonObject Snapshot(int scene, string name) =>
        Lines.Single(line => IsIn(line, scene) && line["snapshot"]?.GetValue<string>() == name).DeepClone().AsObject();

    /// <summary>The <c>doc</c> of the one partial update by the service in a scene that has <paramref name="field"/> (and the text, if one
    /// is given, anywhere in it).</summary>
    public static JsonObject Update(int scene, string field, string text = "") =>
        Lines.Single(line =>
            IsIn(line, scene)
            && line["who"]?.GetValue<string>() == "service"
            && line["body"]?["doc"]?[field] is not null
            && line["body"]!["doc"]!.ToString().Contains(text, StringComparison.Ordinal)
        )["body"]!["doc"]!
            .DeepClone()
            .AsObject();

    /// <summary>What the user did, and the snapshots, in order.</summary>
    public static IEnumerable<JsonObject> UserAndSnapshots() =>
        Lines
            .Where(line =>
                line["who"]?.GetValue<string>() == "user" || line["connector"] is not null || line["connector_changed"] is not null
            )
            .Select(line => line.DeepClone().AsObject());

    private static bool IsIn(JsonObject line, int scene) =>
        line["scene"]!.GetValue<string>().StartsWith($"{scene} ", StringComparison.Ordinal);

    private static JsonObject[] ReadLines()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "python-service-9.6.jsonl"));
        return [.. lines.Select(line => JsonNode.Parse(line)!.AsObject())];
    }
}
