using System.Text.Json.Nodes;

namespace Connectors.Emulator.Ingest;

/// <summary>
/// <c>search-default-ingestion</c>, as Elasticsearch 9 has it: turns attachments into a body, squeezes white space, and takes away the
/// flags by which connectors ask for that.
/// </summary>
internal static class DefaultPipeline
{
    public const string Name = "search-default-ingestion";

    public static JsonObject Definition() =>
        new()
        {
            ["version"] = 3,
            ["description"] = "What documents from connectors go through",
            ["_meta"] = new JsonObject { ["managed_by"] = "Search", ["managed"] = true },
            ["processors"] = new JsonArray(
                Step(
                    "attachment",
                    null,
                    "Text of attachments",
                    "ctx?._extract_binary_content == true",
                    new()
                    {
                        ["field"] = "_attachment",
                        ["target_field"] = "_extracted_attachment",
                        ["ignore_missing"] = true,
                        ["indexed_chars_field"] = "_attachment_indexed_chars",
                        ["remove_binary"] = false,
                    }
                ),
                Step(
                    "set",
                    "set_body",
                    "Extracted text becomes the body",
                    "ctx?._extract_binary_content == true",
                    new()
                    {
                        ["field"] = "body",
                        ["copy_from"] = "_extracted_attachment.content",
                        ["ignore_empty_value"] = true,
                    }
                ),
                Step(
                    "gsub",
                    "remove_replacement_chars",
                    "No replacement characters",
                    "ctx?._extract_binary_content == true",
                    Gsub("\ufffd", "")
                ),
                Step("gsub", "remove_extra_whitespace", "Single spaces", "ctx?._reduce_whitespace == true", Gsub("\\s+", " ")),
                Step(
                    "trim",
                    null,
                    "No space at the ends",
                    "ctx?._reduce_whitespace == true",
                    new() { ["field"] = "body", ["ignore_missing"] = true }
                ),
                Step(
                    "remove",
                    "remove_meta_fields",
                    "No flags in the index",
                    null,
                    new()
                    {
                        ["field"] = new JsonArray(
                            "_attachment",
                            "_attachment_indexed_chars",
                            "_extracted_attachment",
                            "_extract_binary_content",
                            "_reduce_whitespace",
                            "_run_ml_inference"
                        ),
                        ["ignore_missing"] = true,
                    }
                )
            ),
        };

    private static JsonObject Gsub(string pattern, string replacement) =>
        new()
        {
            ["field"] = "body",
            ["pattern"] = pattern,
            ["replacement"] = replacement,
            ["ignore_missing"] = true,
        };

    private static JsonObject Step(string kind, string? tag, string description, string? condition, JsonObject spec)
    {
        if (tag is not null)
        {
            spec["tag"] = tag;
        }

        spec["description"] = description;
        if (condition is not null)
        {
            spec["if"] = condition;
        }

        spec["on_failure"] = new JsonArray(
            new JsonObject
            {
                ["append"] = new JsonObject
                {
                    ["description"] = "Say what went wrong",
                    ["field"] = "_ingestion_errors",
                    ["value"] =
                        $"Processor '{tag ?? kind}' in pipeline '{{{{ _ingest.on_failure_pipeline }}}}' failed: {{{{ "
                        + $"_ingest.on_failure_message }}}}",
                },
            }
        );
        return new JsonObject { [kind] = spec };
    }
}
