namespace Connectors.Emulator.Bulk;

internal enum BulkAction
{
    Index,
    Create,
    Update,
    Delete,
}

/// <summary>One operation of a bulk call: where its parts are in the body.</summary>
internal struct BulkOperation
{
    public BulkAction Action;

    /// <summary>Null: none was named.</summary>
    public string? Index;

    public int IdStart;

    /// <summary>-1: no id was given.</summary>
    public int IdLength;

    /// <summary>Set instead of the range when the id is written with escapes or as a number.</summary>
    public byte[]? DecodedId;

    public int SourceStart;

    public int SourceLength;

    public long? IfSeqNo;

    public long? IfPrimaryTerm;

    public int RetryOnConflict;

    public string? Pipeline;

    public bool? RequireAlias;

    public readonly ReadOnlySpan<byte> Id(ReadOnlySpan<byte> body) => DecodedId ?? (IdLength > 0 ? body.Slice(IdStart, IdLength) : []);
}
