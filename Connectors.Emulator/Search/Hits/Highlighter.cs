using System.Text;
using System.Text.Json;

namespace Connectors.Emulator.Search.Hits;

/// <summary>Marks the words of a query in a hit's texts: one piece of about a hundred characters per field.</summary>
internal static class Highlighter
{
    private const int Before = 30;
    private const int Length = 100;

    public static void Write(Utf8JsonWriter json, SearchRequest request, Candidate candidate)
    {
        var started = false;
        foreach (var field in request.Highlights)
        {
            var words = request.Query.Words.Where(word => word.Field == field).Select(word => word.Word).ToHashSet(StringComparer.Ordinal);
            if (words.Count == 0 || candidate.Index.Mapping.Resolve(field) is not { } node)
            {
                continue;
            }

            var pieces = candidate.Values(node).Select(value => Mark(FieldValue.TextOf(value), words)).OfType<string>().ToList();
            if (pieces.Count == 0)
            {
                continue;
            }

            if (!started)
            {
                json.WriteStartObject("highlight");
                started = true;
            }

            json.WriteStartArray(field);
            pieces.ForEach(json.WriteStringValue);
            json.WriteEndArray();
        }

        if (started)
        {
            json.WriteEndObject();
        }
    }

    private static string? Mark(string text, HashSet<string> words)
    {
        var places = Words
            .Places(text)
            .Where(place => words.Contains(text.Substring(place.Start, place.Length).ToLowerInvariant()))
            .ToList();
        if (places.Count == 0)
        {
            return null;
        }

        var start = places[0].Start <= Before ? 0 : Math.Max(0, text.LastIndexOf(' ', places[0].Start - Before) + 1);
        var end = Math.Min(text.Length, Math.Max(start + Length, places[0].Start + places[0].Length));
        var marked = new StringBuilder();
        var at = start;
        foreach (var (from, length) in places.Where(place => place.Start + place.Length <= end))
        {
            marked.Append(text, at, from - at).Append("<em>").Append(text, from, length).Append("</em>");
            at = from + length;
        }

        return marked.Append(text, at, end - at).ToString();
    }
}
