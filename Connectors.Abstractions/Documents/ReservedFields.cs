namespace Connectors.Abstractions;

/// <summary>
/// Top-level field names that a body must not use: those that the engine adds, and Elasticsearch's metadata fields, which make it
/// reject the document. A source's field of that name is written with an underscore after it: <c>id</c> becomes <c>id_</c>.
/// </summary>
public static class ReservedFields
{
    /// <summary>Whether <paramref name="name"/>, as UTF-8, must be written with <c>_</c> appended when it stands at the top of a
    /// body.</summary>
    public static bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length == 2)
        {
            return name.SequenceEqual("id"u8);
        }

        if (name.Length < 3 || name[0] != (byte)'_')
        {
            return false;
        }

        return name.SequenceEqual("_id"u8)
            || name.SequenceEqual("_timestamp"u8)
            || name.SequenceEqual("_digest"u8)
            || name.SequenceEqual("_original_id"u8)
            || name.SequenceEqual("_index"u8)
            || name.SequenceEqual("_source"u8)
            || name.SequenceEqual("_type"u8)
            || name.SequenceEqual("_routing"u8)
            || name.SequenceEqual("_version"u8)
            || name.SequenceEqual("_seq_no"u8)
            || name.SequenceEqual("_field_names"u8)
            || name.SequenceEqual("_ignored"u8)
            || name.SequenceEqual("_ignored_source"u8)
            || name.SequenceEqual("_doc_count"u8)
            || name.SequenceEqual("_nested_path"u8)
            || name.SequenceEqual("_tier"u8)
            || name.SequenceEqual("_data_stream_timestamp"u8)
            || name.SequenceEqual("_extract_binary_content"u8)
            || name.SequenceEqual("_reduce_whitespace"u8)
            || name.SequenceEqual("_run_ml_inference"u8);
    }
}
