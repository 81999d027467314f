using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>The processors that the emulator knows.</summary>
internal static class ProcessorKinds
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(5);

    public static readonly IReadOnlyDictionary<string, Func<ProcessorSpec, Action<IngestDocument>>> All = new SortedDictionary<
        string,
        Func<ProcessorSpec, Action<IngestDocument>>
    >(StringComparer.Ordinal)
    {
        ["append"] = Append,
        ["attachment"] = Attachment,
        ["fail"] = Fail,
        ["gsub"] = Gsub,
        ["remove"] = Remove,
        ["rename"] = Rename,
        ["set"] = Set,
        ["trim"] = Trim,
    };

    private static Action<IngestDocument> Set(ProcessorSpec spec)
    {
        var field = spec.Field();
        var value = spec.Node("value");
        var from = spec.Optional("copy_from") is { } path ? new FieldPath(path) : null;
        var overrides = spec.Flag("override", otherwise: true);
        var ignoresEmpty = spec.Flag("ignore_empty_value");
        var template = value is JsonValue text && text.TryGetValue<string>(out var words) ? new Template(words) : null;
        return document =>
        {
            if (!overrides && document.TryGet(field, out var existing) && existing is not null)
            {
                return;
            }

            JsonNode? next;
            if (from is null)
            {
                next = template is null ? value?.DeepClone() : JsonValue.Create(template.Render(document));
            }
            else if (document.TryGet(from, out var source))
            {
                next = source?.DeepClone();
            }
            else
            {
                next = ignoresEmpty ? null : throw Missing(from).Thrown();
            }

            if (!ignoresEmpty || (next is not null && Json.Text(next) != ""))
            {
                document.Set(field, next);
            }
        };
    }

    private static Action<IngestDocument> Remove(ProcessorSpec spec)
    {
        var node = spec.Node("field") ?? throw Processor.Required("field", "remove");
        var fields = (node is JsonArray names ? names.Select(name => Json.Text(name) ?? "") : [Json.Text(node) ?? ""])
            .Select(ProcessorSpec.Path)
            .ToArray();
        var ignoresMissing = spec.Flag("ignore_missing");
        return document =>
        {
            foreach (var field in fields)
            {
                if (!document.Remove(field) && !ignoresMissing)
                {
                    throw Missing(field).Thrown();
                }
            }
        };
    }

    private static Action<IngestDocument> Rename(ProcessorSpec spec)
    {
        var field = spec.Field();
        var target = spec.Field("target_field");
        var ignoresMissing = spec.Flag("ignore_missing");
        var overrides = spec.Flag("override");
        return document =>
        {
            if (!document.TryGet(field, out var value))
            {
                if (!ignoresMissing)
                {
                    throw ElasticErrors.IllegalArgument($"field [{field.Text}] doesn't exist").Thrown();
                }

                return;
            }

            if (!overrides && document.Has(target))
            {
                throw ElasticErrors.IllegalArgument($"field [{target.Text}] already exists").Thrown();
            }

            document.Remove(field);
            document.Set(target, value?.DeepClone());
        };
    }

    private static Action<IngestDocument> Trim(ProcessorSpec spec) => Text(spec, text => text.Trim());

    private static Action<IngestDocument> Gsub(ProcessorSpec spec)
    {
        var replacement = spec.Required("replacement");
        Regex regex;
        try
        {
            regex = new Regex(spec.Required("pattern"), RegexOptions.CultureInvariant, RegexTimeout);
        }
        catch (ArgumentException exception)
        {
            throw new ElasticError(400, "parse_exception", $"[pattern] Invalid regex pattern. {exception.Message}")
            {
                Details = [("processor_type", "gsub"), ("property_name", "pattern")],
            }.Thrown();
        }

        return Text(spec, text => regex.Replace(text, replacement));
    }

    /// <summary>A processor that turns a text, or each text of an array, into another.</summary>
    private static Action<IngestDocument> Text(ProcessorSpec spec, Func<string, string> turn)
    {
        var field = spec.Field();
        var target = spec.Optional("target_field") is { } other ? ProcessorSpec.Path(other) : field;
        var ignoresMissing = spec.Flag("ignore_missing");
        return document =>
        {
            if (!document.TryGet(field, out var value) || value is null)
            {
                if (!ignoresMissing)
                {
                    throw (
                        value is null && document.Has(field)
                            ? ElasticErrors.IllegalArgument($"field [{field.Text}] is null, cannot process it.")
                            : Missing(field)
                    ).Thrown();
                }

                return;
            }

            document.Set(target, value is JsonArray texts ? new JsonArray([.. texts.Select(One)]) : One(value));
        };

        JsonNode One(JsonNode? value) =>
            value is JsonValue text && text.TryGetValue<string>(out var words)
                ? JsonValue.Create(turn(words))
                : throw ElasticErrors
                    .IllegalArgument($"field [{field.Text}] of another type cannot be cast to [java.lang.String]")
                    .Thrown();
    }

    private static Action<IngestDocument> Append(ProcessorSpec spec)
    {
        var field = spec.Field();
        var value = spec.Node("value") ?? throw Processor.Required("value", "append");
        var templates = (value is JsonArray values ? values.Select(Json.Text) : [Json.Text(value)])
            .Select(text => new Template(text ?? ""))
            .ToArray();
        var allowsDuplicates = spec.Flag("allow_duplicates", otherwise: true);
        return document =>
        {
            document.TryGet(field, out var existing);
            var all = existing switch
            {
                JsonArray array => (JsonArray)array.DeepClone(),
                null => [],
                _ => [existing.DeepClone()],
            };
            foreach (var text in templates.Select(template => template.Render(document)))
            {
                if (allowsDuplicates || !all.Any(item => Json.Text(item) == text))
                {
                    all.Add(JsonValue.Create(text));
                }
            }

            document.Set(field, all);
        };
    }

    private static Action<IngestDocument> Fail(ProcessorSpec spec)
    {
        var message = new Template(spec.Required("message"));
        return document => throw new ElasticError(500, "fail_processor_exception", message.Render(document)).Thrown();
    }

    /// <summary>Known so that the pre-made pipeline is complete; a document that really has something attached meets a failure, not a guess
    /// at its text.</summary>
    private static Action<IngestDocument> Attachment(ProcessorSpec spec)
    {
        var field = spec.Field();
        var ignoresMissing = spec.Flag("ignore_missing");
        foreach (
            var name in (string[])["target_field", "indexed_chars", "indexed_chars_field", "properties", "remove_binary", "resource_name"]
        )
        {
            spec.Node(name);
        }

        return document =>
        {
            if (document.Has(field))
            {
                throw ElasticErrors.Unsupported("how to extract text from an attachment").Thrown();
            }

            if (!ignoresMissing)
            {
                throw Missing(field).Thrown();
            }
        };
    }

    private static ElasticError Missing(FieldPath field) =>
        ElasticErrors.IllegalArgument($"field [{field.Parts[^1]}] not present as part of path [{field.Text}]");
}
