using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>A run of <c>Recorded/sources/NAME</c>. Safe for concurrent use.</summary>
internal sealed class Recording
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<JsonObject>> _answers = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly JsonObject _configuration;

    /// <param name="source">What is replayed.</param>
    /// <param name="run">The run: <c>first</c>.</param>
    public Recording(ReplaySource source, string run)
    {
        (Run, _folder) = (run, Path.Combine(AppContext.BaseDirectory, "Recorded", "sources", source.Name));
        _configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "configuration.json")))!.AsObject();
        var lines = Lines("http.jsonl");
        Exchanges = [.. lines.Where(exchange => (string)exchange["run"]! == run)];
        foreach (var (key, answer) in Exchanges.SelectMany(exchange => Answers(source, exchange)))
        {
            _answers.GetOrAdd(key, _ => new ConcurrentQueue<JsonObject>()).Enqueue(answer);
        }

        // Checks were recorded in the first run only.
        foreach (
            var (key, answer) in lines
                .Where(exchange => (string)exchange["phase"]! is "validate" or "ping")
                .SelectMany(exchange => Answers(source, exchange))
        )
        {
            _answers.TryAdd(key, new ConcurrentQueue<JsonObject>([answer]));
        }
    }

    /// <summary>The run.</summary>
    public string Run { get; }

    /// <summary>The run's exchanges, in order.</summary>
    public IReadOnlyList<JsonObject> Exchanges { get; }

    /// <summary>The values of the fields in this run.</summary>
    public JsonObject Values
    {
        get
        {
            var values = _configuration["values_used_in_this_recording"]!.DeepClone().AsObject();
            foreach (var (name, value) in RunSettings["config"] as JsonObject ?? [])
            {
                values[name] = value?.DeepClone();
            }

            return values;
        }
    }

    /// <summary>The advanced rules of this run, or <see langword="null"/>.</summary>
    public JsonNode? Rules => RunSettings["rules"]?.DeepClone();

    private JsonObject RunSettings =>
        _configuration["runs"]!.AsArray().Select(run => run!.AsObject()).Single(run => (string)run["run"]! == Run);

    /// <summary>
    /// Documents that were recorded: of a run, or <c>access-control</c> for the identities, <c>dls</c> for the run with access control.
    /// </summary>
    public IReadOnlyList<JsonObject> Documents(string file) => Lines(file == "first" ? "documents.jsonl" : $"documents-{file}.jsonl");

    /// <summary>What the contents of this run were: length and SHA-256 by document id.</summary>
    public IReadOnlyDictionary<string, (long Length, string Sha256)> Attachments =>
        Lines("attachments.jsonl")
            .Where(row => (string)row["run"]! == Run && row["id"] is not null && row["_attachment_sha256"] is not null)
            .ToDictionary(
                row => (string)row["id"]!,
                row => ((long)row["_attachment_length"]!, (string)row["_attachment_sha256"]!),
                StringComparer.Ordinal
            );

    /// <summary>The answer to a request: of several, the next one, and the last one for ever.</summary>
    public ReplayAnswer? Find(string key)
    {
        if (!_answers.TryGetValue(key, out var answers))
        {
            return null;
        }

        lock (answers)
        {
            return ReplayAnswer.Of(answers.Count > 1 && answers.TryDequeue(out var next) ? next : answers.First());
        }
    }

    private static IEnumerable<(string Key, JsonObject Answer)> Answers(ReplaySource source, JsonObject exchange)
    {
        var (request, response) = (exchange["request"]!.AsObject(), exchange["response"]!.AsObject());
        return (source.Parts(request, response) ?? [(RequestOf(source, request), response)]).Select(part =>
            (source.Normalize(part.Request).Key, part.Response)
        );
    }

    private static ReplayRequest RequestOf(ReplaySource source, JsonObject request) =>
        new ReplayRequest(
            (string)request["method"]!,
            new Uri((string)request["url"]!),
            request["body"] is JsonValue text ? FormOf((string)text!) : request["body"]
        ).WithHeaders(source.Headers.Select(name => KeyValuePair.Create(name, (string?)request["headers"]?[name])));

    /// <summary>A form's fields as an object.</summary>
    public static JsonObject FormOf(string form) =>
        new(
            form.Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part.Split('=', 2))
                .Select(part =>
                    KeyValuePair.Create(Uri.UnescapeDataString(part[0]), (JsonNode?)Uri.UnescapeDataString(part[^1].Replace('+', ' ')))
                )
        );

    private List<JsonObject> Lines(string file) =>
        File.Exists(Path.Combine(_folder, file))
            ?
            [
                .. File.ReadLines(Path.Combine(_folder, file))
                    .Where(line => line.Length > 0)
                    .Select(line => JsonNode.Parse(line)!.AsObject()),
            ]
            : [];
}
