using System.Text.Encodings.Web;
using System.Text.Json;

namespace Connectors.Abstractions;

/// <summary>How bodies are written: compact, and characters outside ASCII as themselves, because bodies go to Elasticsearch and never into
/// a page.</summary>
internal static class JsonBodies
{
    public static JsonWriterOptions WriterOptions { get; } =
        new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Indented = false,
            SkipValidation = false,
        };
}
