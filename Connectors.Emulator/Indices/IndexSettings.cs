using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary>The settings of an index, flat (<c>index.number_of_shards</c>), as text. Only those that the emulator knows.</summary>
internal sealed class IndexSettings
{
    private static readonly HashSet<string> Numbers =
    [
        "index.number_of_shards",
        "index.number_of_replicas",
        "index.mapping.total_fields.limit",
        "index.mapping.depth.limit",
        "index.max_result_window",
    ];

    private static readonly HashSet<string> Texts =
    [
        "index.auto_expand_replicas",
        "index.hidden",
        "index.refresh_interval",
        "index.codec",
        "index.default_pipeline",
        "index.final_pipeline",
    ];

    private static readonly HashSet<string> Flags = [MalformedKey, BeyondLimitKey];

    private const string MalformedKey = "index.mapping.ignore_malformed";

    private const string BeyondLimitKey = "index.mapping.total_fields.ignore_dynamic_beyond_limit";

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal)
    {
        ["index.number_of_replicas"] = "1",
        ["index.number_of_shards"] = "1",
        ["index.routing.allocation.include._tier_preference"] = "data_content",
    };

    public int Shards => Number("index.number_of_shards", 1);

    public int Replicas => Number("index.number_of_replicas", 1);

    public int MaxFields => Number("index.mapping.total_fields.limit", 1000);

    public int MaxDepth => Number("index.mapping.depth.limit", 20);

    public bool IgnoresMalformed => _values.GetValueOrDefault(MalformedKey) == "true";

    public bool IgnoresBeyondLimit => _values.GetValueOrDefault(BeyondLimitKey) == "true";

    public int MaxResultWindow => Number("index.max_result_window", 10_000);

    public bool IsHidden => _values.GetValueOrDefault("index.hidden") == "true";

    public string? DefaultPipeline => _values.GetValueOrDefault("index.default_pipeline");

    public string this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>Takes settings in any of their forms: nested, dotted, with or without <c>index</c> in front.</summary>
    public void Merge(JsonNode? settings, bool isLive = false)
    {
        if (settings is not JsonObject root)
        {
            return;
        }

        foreach (var (name, value) in Flatten("", root).ToList())
        {
            var key = name.StartsWith("index.", StringComparison.Ordinal) ? name : "index." + name;
            if (!Numbers.Contains(key) && !Texts.Contains(key) && !Flags.Contains(key))
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"unknown setting [{key}] please check that any required plugins are installed, or check the breaking changes "
                            + "documentation for removed settings"
                    )
                    .Thrown();
            }

            if (isLive && key is "index.number_of_shards" or "index.codec" or MalformedKey)
            {
                throw ElasticErrors.IllegalArgument($"Can't update non dynamic settings [[{key}]] for open indices").Thrown();
            }

            if (value is null)
            {
                _values.Remove(key);
                continue;
            }

            if (Numbers.Contains(key) && !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                throw new ElasticError(
                    400,
                    "illegal_argument_exception",
                    $"Failed to parse value [{value}] for setting [{key}]",
                    new ElasticError(400, "number_format_exception", $"For input string: \"{value}\"")
                ).Thrown();
            }

            if (Flags.Contains(key) && value is not ("true" or "false"))
            {
                throw ElasticErrors.IllegalArgument($"Failed to parse value [{value}] as only [true] or [false] are allowed.").Thrown();
            }

            _values[key] = value;
        }
    }

    public void Write(Utf8JsonWriter json, bool isFlat)
    {
        if (isFlat)
        {
            json.WriteStartObject();
            foreach (var (name, value) in _values)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            return;
        }

        var root = new JsonObject();
        foreach (var (name, value) in _values)
        {
            var parts = name.Split('.');
            var node = root;
            foreach (var part in parts[..^1])
            {
                node = (JsonObject)(node[part] ??= new JsonObject());
            }

            node[parts[^1]] = value;
        }

        root.WriteTo(json);
    }

    /// <summary>What was set by users, for the journal.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (
            var (name, value) in _values.Where(setting =>
                Numbers.Contains(setting.Key) || Texts.Contains(setting.Key) || Flags.Contains(setting.Key)
            )
        )
        {
            json[name] = value;
        }

        return json;
    }

    private int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    private static IEnumerable<(string Name, string? Value)> Flatten(string prefix, JsonObject settings)
    {
        foreach (var (name, value) in settings)
        {
            if (value is JsonObject inner)
            {
                foreach (var setting in Flatten(prefix + name + ".", inner))
                {
                    yield return setting;
                }
            }
            else
            {
                yield return (prefix + name, Json.Text(value) ?? (value is null ? null : value.ToJsonString()));
            }
        }
    }
}
