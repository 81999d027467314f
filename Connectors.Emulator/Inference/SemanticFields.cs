using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;
using Connectors.Emulator.Search;

namespace Connectors.Emulator.Inference;

/// <summary>
/// What Elasticsearch does with <c>semantic_text</c> fields of a document before it stores it: it asks their inference endpoints, which may
/// be missing or busy. No embedding is made; what is counted is how often one would have been. Safe for concurrent use.
/// </summary>
internal sealed class SemanticFields(InferenceStore endpoints, EmulatorOptions options)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _minute;
    private int _inMinute;

    /// <summary>Asks the endpoints about a document.</summary>
    /// <param name="mapping">The mapping of its index.</param>
    /// <param name="source">The document.</param>
    /// <returns>How many texts they were asked about.</returns>
    /// <exception cref="ElasticErrorException">An endpoint is missing, or answers 429.</exception>
    public int Infer(IndexMapping mapping, ReadOnlyMemory<byte> source)
    {
        if (mapping.SemanticFields.Count == 0)
        {
            return 0;
        }

        using var document = JsonDocument.Parse(source, new JsonDocumentOptions { MaxDepth = 1000 });
        var asked = 0;
        foreach (var field in mapping.SemanticFields)
        {
            var path = field.Parent?.MultiFields?.Contains(field) == true ? field.Parent.Path : field.Path;
            var texts = mapping.CopiedTo(path).Append(path).Sum(from => Candidate.Collect(document.RootElement, from).Count);
            if (texts > 0)
            {
                Ask(field, Json.Text(field.Definition["inference_id"]) ?? InferenceStore.DefaultId);
                asked += texts;
            }
        }

        return asked;
    }

    private void Ask(FieldNode field, string id)
    {
        var endpoint = endpoints.Find(id)
            ?? throw new ElasticError(
                404,
                "resource_not_found_exception",
                $"Inference id [{id}] not found for field [{field.Path}]"
            ).Thrown();
        if (!HasRoom())
        {
            throw new ElasticError(
                429,
                "inference_exception",
                $"Exception when running inference id [{id}] on field [{field.Path}]",
                new ElasticError(429, "status_exception", "Received a rate limit status code for request")
            ).Thrown();
        }

        lock (_lock)
        {
            if (!field.Definition.ContainsKey("model_settings"))
            {
                // The first answer of an endpoint is remembered in the mapping, which others read meanwhile.
                var definition = field.Definition.DeepClone().AsObject();
                definition["model_settings"] = new JsonObject
                {
                    ["service"] = endpoint["service"]?.DeepClone(),
                    ["task_type"] = endpoint["task_type"]?.DeepClone(),
                };
                field.Definition = definition;
            }
        }
    }

    private bool HasRoom()
    {
        if (options.InferencesPerMinute == 0)
        {
            return true;
        }

        lock (_lock)
        {
            var now = options.TimeProvider.GetUtcNow();
            if (now - _minute >= TimeSpan.FromMinutes(1))
            {
                (_minute, _inMinute) = (now, 0);
            }

            return _inMinute++ < options.InferencesPerMinute;
        }
    }
}
