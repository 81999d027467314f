using System.Text.Encodings.Web;
using System.Text.Json;

namespace Connectors.Cli.Output;

/// <summary>Results for scripts: one JSON object a line.</summary>
internal static class JsonLine
{
    /// <summary>Protocol-style names, readable characters.</summary>
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        };

    /// <summary>Writes one object and flushes, so that a reader sees it at once.</summary>
    public static void Write(TextWriter writer, object value)
    {
        var line = JsonSerializer.Serialize(value, value.GetType(), Options);
        lock (writer)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
