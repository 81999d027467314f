using System.Text.Json;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search.Hits;

/// <summary>Writes the hits of a search.</summary>
internal sealed class HitWriter(Utf8JsonWriter json, SearchRequest request, HitFilter filter)
{
    private static readonly JsonEncodedText IndexName = JsonEncodedText.Encode("_index");
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("_id");
    private static readonly JsonEncodedText ScoreName = JsonEncodedText.Encode("_score");
    private static readonly JsonEncodedText SourceName = JsonEncodedText.Encode("_source");
    private static readonly JsonEncodedText SortName = JsonEncodedText.Encode("sort");
    private static readonly JsonEncodedText FieldsName = JsonEncodedText.Encode("fields");
    private readonly bool _withIndex = filter.Wants("hits.hits._index");
    private readonly bool _withVersion = request.WithVersion && filter.Wants("hits.hits._version");
    private readonly bool _withSeqNo = request.WithSeqNo && filter.Wants("hits.hits._seq_no");
    private readonly bool _withTerm = request.WithSeqNo && filter.Wants("hits.hits._primary_term");
    private readonly bool _withSource = request.Source.HasSource && filter.WantsSource;
    private readonly bool _withSort = request.Sorts.Count > 0 && filter.Wants("hits.hits.sort");
    private readonly HashSet<string>? _sourceFields = filter.SourceFields;
    private readonly bool _isScored = request.Sorts.Count == 0 || request.Sorts.Exists(sort => sort.By == SortBy.Score);

    public void Write(Hit hit)
    {
        var document = hit.Candidate.Document;
        json.WriteStartObject();
        if (_withIndex)
        {
            json.WriteString(IndexName, hit.Candidate.Index.Name);
        }

        json.WriteString(IdName, document.Utf8Id);
        if (_withVersion)
        {
            json.WriteNumber("_version", document.Version);
        }

        if (_withSeqNo)
        {
            json.WriteNumber("_seq_no", document.SeqNo);
        }

        if (_withTerm)
        {
            json.WriteNumber("_primary_term", 1);
        }

        if (filter.IsAll)
        {
            WriteScore(hit.Score);
        }

        if (_withSource)
        {
            WriteSource(document.Source);
        }

        WriteFields(hit.Candidate);
        if (_withSort)
        {
            json.WriteStartArray(SortName);
            for (var i = 0; i < hit.Keys.Length; i++)
            {
                request.Sorts[i].Write(json, hit.Keys[i], hit.Candidate.Index.Mapping.Resolve(request.Sorts[i].Field)?.Kind);
            }

            json.WriteEndArray();
        }

        if (filter.IsAll)
        {
            Highlighter.Write(json, request, hit.Candidate);
        }

        json.WriteEndObject();
    }

    private void WriteScore(double score)
    {
        if (_isScored)
        {
            json.WriteNumber(ScoreName, score);
        }
        else
        {
            json.WriteNull(ScoreName);
        }
    }

    private void WriteSource(ReadOnlySpan<byte> source)
    {
        if (_sourceFields is null)
        {
            json.WritePropertyName(SourceName);
            request.Source.Write(source, json);
        }
        else if (request.Source.HasAny(source, _sourceFields))
        {
            json.WritePropertyName(SourceName);
            request.Source.Write(source, json, _sourceFields);
        }
    }

    private void WriteFields(Candidate candidate)
    {
        var started = false;
        foreach (var field in request.DocValueFields)
        {
            if (!filter.WantsField(field.Name) || candidate.Index.Mapping.Resolve(field.Name) is not { } node)
            {
                continue;
            }

            if (FieldKinds.IsText(node.Kind))
            {
                throw new ElasticError(
                    400,
                    "illegal_argument_exception",
                    "Text fields are not optimised for operations that require per-document field data like aggregations and sorting, "
                        + $"so these operations are disabled by default. Please use a keyword field instead of [{field.Name}]."
                )
                {
                    FailedShardOf = candidate.Index.Name,
                }.Thrown();
            }

            WriteDocValues(candidate, node, field, ref started);
        }

        foreach (var field in request.Fields)
        {
            foreach (var node in Expand(candidate.Index.Mapping, field.Name).Where(node => filter.WantsField(node.Path)))
            {
                WriteValues(candidate, node, field, ref started);
            }
        }

        if (started)
        {
            json.WriteEndObject();
        }
    }

    /// <summary>Typed values. Those of <c>_timestamp</c> and <c>_digest</c> are kept beside the document, so that reading a million of them
    /// parses nothing.</summary>
    private void WriteDocValues(Candidate candidate, FieldNode node, AskedField field, ref bool started)
    {
        if (node is { Kind: FieldKind.Date, Path: "_timestamp" } or { Kind: FieldKind.Long, Path: "_digest" })
        {
            if ((node.Kind == FieldKind.Date ? candidate.Document.Timestamp : candidate.Document.Digest) is { } kept)
            {
                Start(ref started);
                json.WriteStartArray(field.Name);
                WriteTyped(node.Kind, FieldValue.Of(kept), field.Format);
                json.WriteEndArray();
            }

            return;
        }

        var values = candidate.Values(node).Select(value => FieldValue.Read(node.Kind, value)).OfType<FieldValue>().ToList();
        if (values.Count == 0)
        {
            return;
        }

        values.Sort((left, right) => left.Against(right));
        Start(ref started);
        json.WriteStartArray(field.Name);
        foreach (var value in node.Kind == FieldKind.Keyword ? values.Distinct() : values)
        {
            WriteTyped(node.Kind, value, field.Format);
        }

        json.WriteEndArray();
    }

    private void WriteValues(Candidate candidate, FieldNode node, AskedField field, ref bool started)
    {
        var values = candidate.Values(node);
        if (values.Count == 0)
        {
            return;
        }

        Start(ref started);
        json.WriteStartArray(node.Path);
        foreach (var value in values)
        {
            if (FieldValue.Read(node.Kind, value) is { } typed)
            {
                WriteTyped(node.Kind, typed, field.Format);
            }
            else
            {
                value.WriteTo(json);
            }
        }

        json.WriteEndArray();
    }

    private void WriteTyped(FieldKind kind, FieldValue value, string? format)
    {
        switch (kind)
        {
            case FieldKind.Date when format?.StartsWith("epoch_millis", StringComparison.Ordinal) == true:
                json.WriteStringValue(value.Whole!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case FieldKind.Date:
                json.WriteStringValue(DateText.Format(value.Whole!.Value));
                break;
            case FieldKind.Boolean:
                json.WriteBooleanValue(value.Whole == 1);
                break;
            case FieldKind.Keyword or FieldKind.Text or FieldKind.SemanticText:
                json.WriteStringValue(value.Text);
                break;
            case var _ when FieldKinds.IsWholeNumber(kind):
                json.WriteNumberValue(value.Whole ?? (long)value.Real);
                break;
            default:
                json.WriteNumberValue(value.Real);
                break;
        }
    }

    private void Start(ref bool started)
    {
        if (!started)
        {
            json.WriteStartObject(FieldsName);
            started = true;
        }
    }

    private static IEnumerable<FieldNode> Expand(IndexMapping mapping, string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return mapping.Resolve(pattern) is { } node && FieldKinds.IsLeaf(node.Kind) ? [node] : [];
        }

        return Leaves(mapping.Root).Where(node => Wildcard.Matches(pattern, node.Path)).OrderBy(node => node.Path, StringComparer.Ordinal);
    }

    private static IEnumerable<FieldNode> Leaves(FieldNode parent) =>
        parent
            .Children.Where(child => child.IsReal)
            .SelectMany(child => FieldKinds.IsLeaf(child.Kind) ? [child, .. child.MultiFields ?? []] : Leaves(child));
}
