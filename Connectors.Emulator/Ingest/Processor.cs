using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>One step of a pipeline, with what all kinds have in common: a condition, and what to do when it fails.</summary>
internal sealed class Processor
{
    private static readonly string[] Common = ["if", "tag", "description", "ignore_failure", "on_failure"];
    private readonly string _kind;
    private readonly string? _tag;
    private readonly Condition? _condition;
    private readonly bool _ignoresFailure;
    private readonly List<Processor>? _onFailure;
    private readonly Action<IngestDocument> _run;

    private Processor(string kind, JsonObject spec, Action<IngestDocument> run)
    {
        _kind = kind;
        _tag = Json.Text(spec["tag"]);
        _condition = Json.Text(spec["if"]) is { } script ? Condition.Parse(script) : null;
        _ignoresFailure = Json.Flag(spec["ignore_failure"]);
        _onFailure = spec["on_failure"] is JsonArray steps ? ParseAll(steps) : null;
        _run = run;
    }

    /// <exception cref="ElasticErrorException">400: one of them is unknown or wrong.</exception>
    public static List<Processor> ParseAll(JsonNode? steps) =>
        [.. (steps as JsonArray ?? throw Required("processors", null)).Select(step => Parse(Json.Object(step, "processors")))];

    public void Run(IngestDocument document, string pipeline)
    {
        if (_condition?.Holds(document) == false)
        {
            return;
        }

        try
        {
            _run(document);
        }
        catch (ElasticErrorException exception) when (_ignoresFailure || _onFailure is not null)
        {
            if (_onFailure is null)
            {
                return;
            }

            document.Metadata["on_failure_message"] = exception.Message;
            document.Metadata["on_failure_processor_type"] = _kind;
            document.Metadata["on_failure_processor_tag"] = _tag ?? "";
            document.Metadata["on_failure_pipeline"] = pipeline;
            _onFailure.ForEach(step => step.Run(document, pipeline));
        }
    }

    private static Processor Parse(JsonObject step)
    {
        var (kind, node) = step.Single();
        if (!ProcessorKinds.All.TryGetValue(kind, out var make))
        {
            throw new ElasticError(
                400,
                "parse_exception",
                $"No processor type exists with name [{kind}] (the emulator knows {string.Join(", ", ProcessorKinds.All.Keys)})"
            )
            {
                Details = [("processor_type", kind)],
            }.Thrown();
        }

        var spec = Json.Object(node, kind);
        var reader = new ProcessorSpec(kind, spec);
        var run = make(reader);
        if (spec.FirstOrDefault(parameter => !Common.Contains(parameter.Key) && !reader.Known.Contains(parameter.Key)).Key is { } unknown)
        {
            throw new ElasticError(
                400,
                "parse_exception",
                $"processor [{kind}] doesn't support one or more provided configuration parameters [{unknown}]"
            )
            {
                Details = [("processor_type", kind)],
            }.Thrown();
        }

        return new Processor(kind, spec, run);
    }

    internal static ElasticErrorException Required(string property, string? kind) =>
        new ElasticError(400, "parse_exception", $"[{property}] required property is missing")
        {
            Details = kind is null ? [("property_name", property)] : [("processor_type", kind), ("property_name", property)],
        }.Thrown();
}

/// <summary>The parameters of a processor; remembers which were asked for.</summary>
internal sealed class ProcessorSpec(string kind, JsonObject spec)
{
    public HashSet<string> Known { get; } = [];

    public string Required(string name)
    {
        Known.Add(name);
        return Json.Text(spec[name]) ?? throw Processor.Required(name, kind);
    }

    public string? Optional(string name)
    {
        Known.Add(name);
        return Json.Text(spec[name]);
    }

    public bool Flag(string name, bool otherwise = false)
    {
        Known.Add(name);
        return Json.Flag(spec[name], otherwise);
    }

    public JsonNode? Node(string name)
    {
        Known.Add(name);
        return spec[name];
    }

    public FieldPath Field(string name = "field") => Path(Required(name));

    public static FieldPath Path(string path) =>
        path is "_id" or "_index" or "_routing" or "_version"
            ? throw ElasticErrors.Unsupported($"processors that change [{path}]").Thrown()
            : new FieldPath(path.StartsWith("_source.", StringComparison.Ordinal) ? path["_source.".Length..] : path);
}
