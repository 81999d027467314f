using System.Text.Encodings.Web;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Bulk;

/// <summary>Writes the items of a bulk answer as they are done, then the answer around them.</summary>
internal sealed class BulkResponse : IDisposable
{
    private static readonly JsonEncodedText[] Actions =
    [
        JsonEncodedText.Encode("index"),
        JsonEncodedText.Encode("create"),
        JsonEncodedText.Encode("update"),
        JsonEncodedText.Encode("delete"),
    ];

    private static readonly JsonEncodedText IndexName = JsonEncodedText.Encode("_index");
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("_id");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("_version");
    private static readonly JsonEncodedText ResultName = JsonEncodedText.Encode("result");
    private static readonly JsonEncodedText ForcedRefreshName = JsonEncodedText.Encode("forced_refresh");
    private static readonly JsonEncodedText ShardsName = JsonEncodedText.Encode("_shards");
    private static readonly JsonEncodedText TotalName = JsonEncodedText.Encode("total");
    private static readonly JsonEncodedText SuccessfulName = JsonEncodedText.Encode("successful");
    private static readonly JsonEncodedText FailedName = JsonEncodedText.Encode("failed");
    private static readonly JsonEncodedText SeqNoName = JsonEncodedText.Encode("_seq_no");
    private static readonly JsonEncodedText PrimaryTermName = JsonEncodedText.Encode("_primary_term");
    private static readonly JsonEncodedText StatusName = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText ErrorName = JsonEncodedText.Encode("error");
    private readonly PooledBuffer _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _json;
    private readonly BulkParts _parts;
    private readonly bool _isRefreshed;

    public BulkResponse(BulkParts parts, bool isRefreshed)
    {
        _json = new Utf8JsonWriter(
            _buffer,
            new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
        _parts = parts;
        _isRefreshed = isRefreshed;
        _json.WriteStartArray();
    }

    public bool HasErrors { get; private set; }

    public void Done(BulkAction action, EmulatedIndex index, ReadOnlySpan<byte> id, WriteOutcome outcome)
    {
        _json.WriteStartObject();
        _json.WriteStartObject(Actions[(int)action]);
        Name(index.Name, id);
        if (Has(BulkParts.Version))
        {
            _json.WriteNumber(VersionName, outcome.Version);
        }

        if (Has(BulkParts.Result))
        {
            _json.WriteString(ResultName, outcome.Result);
        }

        var isNoop = outcome.Result == "noop";
        if (_isRefreshed && !isNoop && _parts == BulkParts.All)
        {
            _json.WriteBoolean(ForcedRefreshName, true);
        }

        if (Has(BulkParts.Shards))
        {
            _json.WriteStartObject(ShardsName);
            _json.WriteNumber(TotalName, isNoop ? 0 : index.Copies);
            _json.WriteNumber(SuccessfulName, isNoop ? 0 : 1);
            _json.WriteNumber(FailedName, 0);
            _json.WriteEndObject();
        }

        if (Has(BulkParts.SeqNo))
        {
            _json.WriteNumber(SeqNoName, outcome.SeqNo);
        }

        if (Has(BulkParts.PrimaryTerm))
        {
            _json.WriteNumber(PrimaryTermName, 1);
        }

        if (Has(BulkParts.Status))
        {
            _json.WriteNumber(StatusName, outcome.Status);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    public void Failed(BulkAction action, string index, ReadOnlySpan<byte> id, ElasticError error)
    {
        HasErrors = true;
        _json.WriteStartObject();
        _json.WriteStartObject(Actions[(int)action]);
        Name(index, id);
        if (Has(BulkParts.Status))
        {
            _json.WriteNumber(StatusName, error.Status);
        }

        if (Has(BulkParts.Error))
        {
            _json.WriteStartObject(ErrorName);
            error.WriteMembers(_json);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <param name="output">Where the answer goes.</param>
    /// <param name="took">Milliseconds.</param>
    /// <param name="isIngested">A pipeline was asked for.</param>
    public void Write(Utf8JsonWriter output, long took, bool isIngested)
    {
        _json.WriteEndArray();
        _json.Flush();
        output.WriteStartObject();
        if (Has(BulkParts.Errors))
        {
            output.WriteBoolean("errors", HasErrors);
        }

        if (Has(BulkParts.Took))
        {
            output.WriteNumber("took", took);
            if (isIngested)
            {
                output.WriteNumber("ingest_took", 0);
            }
        }

        if (Has(BulkParts.Items))
        {
            output.WritePropertyName("items");
            output.WriteRawValue(_buffer.WrittenSpan, skipInputValidation: true);
        }

        output.WriteEndObject();
    }

    public void Dispose()
    {
        _json.Dispose();
        _buffer.Dispose();
    }

    private bool Has(BulkParts part) => (_parts & part) != BulkParts.None;

    private void Name(string index, ReadOnlySpan<byte> id)
    {
        if (Has(BulkParts.Index))
        {
            _json.WriteString(IndexName, index);
        }

        if (Has(BulkParts.Id))
        {
            _json.WriteString(IdName, id);
        }
    }
}
