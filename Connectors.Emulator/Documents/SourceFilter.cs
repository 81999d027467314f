using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Documents;

/// <summary>What of a source is shown: all, nothing, or the fields that patterns name.</summary>
internal sealed class SourceFilter
{
    public static readonly SourceFilter All = new([], [], hasSource: true);
    public static readonly SourceFilter Nothing = new([], [], hasSource: false);

    private readonly string[] _includes;
    private readonly string[] _excludes;

    private SourceFilter(string[] includes, string[] excludes, bool hasSource)
    {
        (_includes, _excludes, HasSource) = (includes, excludes, hasSource);
    }

    public bool HasSource { get; }

    public bool IsAll => HasSource && _includes.Length == 0 && _excludes.Length == 0;

    /// <summary>From <c>_source</c>, <c>_source_includes</c> and <c>_source_excludes</c> of a query string.</summary>
    public static SourceFilter From(Exchange exchange)
    {
        var source = exchange["_source"];
        var includes = Split(exchange["_source_includes"] ?? exchange["_source_include"]);
        var excludes = Split(exchange["_source_excludes"] ?? exchange["_source_exclude"]);
        return source switch
        {
            "false" => Nothing,
            null or "true" or "" => includes.Length + excludes.Length == 0 ? All : new SourceFilter(includes, excludes, true),
            _ => new SourceFilter(Split(source), excludes, true),
        };
    }

    /// <summary>From the <c>_source</c> of a search.</summary>
    public static SourceFilter From(JsonNode? source) =>
        source switch
        {
            null => All,
            JsonValue value when Json.Text(value) == "false" => Nothing,
            JsonValue value when Json.Text(value) == "true" => All,
            JsonValue value => new SourceFilter([Json.Text(value)!], [], true),
            JsonArray fields => new SourceFilter(Names(fields), [], true),
            _ => new SourceFilter(Names(source["includes"] ?? source["include"]), Names(source["excludes"] ?? source["exclude"]), true),
        };

    /// <summary>Whether anything of these root members would be shown.</summary>
    public bool HasAny(ReadOnlySpan<byte> source, HashSet<string> members)
    {
        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            foreach (var member in members)
            {
                if (reader.ValueTextEquals(member) && Shows(member))
                {
                    return true;
                }
            }

            reader.Read();
            reader.Skip();
        }

        return false;
    }

    /// <summary>Writes the source, as far as it is to be shown, as a value.</summary>
    /// <param name="source">The whole.</param>
    /// <param name="json">Where it goes.</param>
    /// <param name="members">Only these root members; null for all.</param>
    public void Write(ReadOnlySpan<byte> source, Utf8JsonWriter json, HashSet<string>? members = null)
    {
        if (IsAll && members is null)
        {
            json.WriteRawValue(source, skipInputValidation: true);
            return;
        }

        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        WriteObject(ref reader, source, "", false, json, members);
    }

    private void WriteObject(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> source,
        string prefix,
        bool isIncluded,
        Utf8JsonWriter json,
        HashSet<string>? members = null
    )
    {
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (members is not null && !IsOneOf(ref reader, members))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            var name = reader.GetString()!;
            var path = prefix + name;
            reader.Read();
            var included = isIncluded || _includes.Length == 0 || Array.Exists(_includes, pattern => Wildcard.Matches(pattern, path));
            var mayHold = included || Array.Exists(_includes, pattern => LeadsInto(pattern, path));
            if (!mayHold || Array.Exists(_excludes, pattern => Wildcard.Matches(pattern, path)))
            {
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                json.WritePropertyName(name);
                WriteObject(ref reader, source, path + ".", included, json);
            }
            else if (included)
            {
                json.WritePropertyName(name);
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                json.WriteRawValue(source[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
            else
            {
                reader.Skip();
            }
        }

        json.WriteEndObject();
    }

    private bool Shows(string member) =>
        (_includes.Length == 0 || Array.Exists(_includes, pattern => Wildcard.Matches(pattern, member) || LeadsInto(pattern, member)))
        && !Array.Exists(_excludes, pattern => Wildcard.Matches(pattern, member));

    private static bool IsOneOf(ref Utf8JsonReader reader, HashSet<string> members)
    {
        foreach (var member in members)
        {
            if (reader.ValueTextEquals(member))
            {
                return true;
            }
        }

        return false;
    }

    private static bool LeadsInto(string pattern, string path) =>
        pattern.Contains('*', StringComparison.Ordinal) || pattern.StartsWith(path + ".", StringComparison.Ordinal);

    private static string[] Split(string? names) => names?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string[] Names(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray array => [.. array.Select(name => Json.Text(name) ?? "")],
            _ => [Json.Text(node) ?? ""],
        };
}
