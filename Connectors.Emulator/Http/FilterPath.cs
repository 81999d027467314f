using System.Text.Json;

namespace Connectors.Emulator.Http;

/// <summary>The <c>filter_path</c> parameter: what of an answer is sent. Patterns with <c>*</c> and <c>**</c>, and exclusions with a
/// leading <c>-</c>.</summary>
internal sealed class FilterPath
{
    private readonly List<string[]> _include = [];
    private readonly List<string[]> _exclude = [];

    public FilterPath(string patterns)
    {
        foreach (var pattern in patterns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            (pattern[0] == '-' ? _exclude : _include).Add(pattern.TrimStart('-').Split('.'));
        }
    }

    /// <summary>Writes the parts of <paramref name="json"/> that the patterns name.</summary>
    public void Apply(ReadOnlySpan<byte> json, Utf8JsonWriter output)
    {
        using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
        var include = _include.Count == 0 ? null : _include.Select(pattern => new Place(pattern, 0)).ToList();
        var exclude = _exclude.Select(pattern => new Place(pattern, 0)).ToList();
        if (document.RootElement.ValueKind == JsonValueKind.Array)
        {
            WriteArray(document.RootElement, include, exclude, output);
            return;
        }

        output.WriteStartObject();
        WriteMembers(document.RootElement, include, exclude, output);
        output.WriteEndObject();
    }

    private static void WriteMembers(JsonElement element, List<Place>? include, List<Place> exclude, Utf8JsonWriter output)
    {
        foreach (var property in element.EnumerateObject())
        {
            var inner = Step(include, property.Name);
            var outer = Step(exclude, property.Name)!;
            if ((inner is not null && inner.Count == 0) || outer.Exists(place => place.IsEnd))
            {
                continue;
            }

            if (inner?.Exists(place => place.IsEnd) == true)
            {
                inner = null;
            }

            if (HasContent(property.Value, inner, outer))
            {
                output.WritePropertyName(property.Name);
                WriteValue(property.Value, inner, outer, output);
            }
        }
    }

    private static void WriteValue(JsonElement value, List<Place>? include, List<Place> exclude, Utf8JsonWriter output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                output.WriteStartObject();
                WriteMembers(value, include, exclude, output);
                output.WriteEndObject();
                break;
            case JsonValueKind.Array:
                WriteArray(value, include, exclude, output);
                break;
            default:
                value.WriteTo(output);
                break;
        }
    }

    private static void WriteArray(JsonElement value, List<Place>? include, List<Place> exclude, Utf8JsonWriter output)
    {
        output.WriteStartArray();
        foreach (var item in value.EnumerateArray())
        {
            if (HasContent(item, include, exclude))
            {
                WriteValue(item, include, exclude, output);
            }
        }

        output.WriteEndArray();
    }

    /// <summary>Whether anything of a value would be left: containers that lose all they had are left out.</summary>
    private static bool HasContent(JsonElement value, List<Place>? include, List<Place> exclude) =>
        value.ValueKind switch
        {
            _ when include is null && exclude.Count == 0 => true,
            JsonValueKind.Object => value
                .EnumerateObject()
                .Any(property =>
                {
                    var inner = Step(include, property.Name);
                    var outer = Step(exclude, property.Name)!;
                    return inner is not { Count: 0 }
                        && !outer.Exists(place => place.IsEnd)
                        && HasContent(property.Value, inner?.Exists(place => place.IsEnd) == true ? null : inner, outer);
                }),
            JsonValueKind.Array => value.EnumerateArray().Any(item => HasContent(item, include, exclude)),
            _ => include is null,
        };

    private static List<Place>? Step(List<Place>? places, string name)
    {
        if (places is null)
        {
            return null;
        }

        var next = new List<Place>();
        foreach (var place in places)
        {
            place.Step(name, next);
        }

        return next;
    }

    /// <summary>How far into a pattern a path has come.</summary>
    private readonly record struct Place(string[] Pattern, int At)
    {
        public bool IsEnd => At == Pattern.Length;

        public void Step(string name, List<Place> next)
        {
            if (IsEnd)
            {
                return;
            }

            var part = Pattern[At];
            if (part == "**")
            {
                next.Add(this);
                new Place(Pattern, At + 1).Step(name, next);
            }
            else if (Wildcard.Matches(part, name))
            {
                next.Add(this with { At = At + 1 });
            }
        }
    }
}
