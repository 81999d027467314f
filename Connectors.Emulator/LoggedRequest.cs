namespace Connectors.Emulator;

/// <summary>A request that the emulator got.</summary>
/// <param name="Method">For instance <c>POST</c>.</param>
/// <param name="Path">As sent, without the query string.</param>
/// <param name="Query">With its question mark, or empty.</param>
/// <param name="Route">The call it was taken for, for instance <c>{index}/_bulk</c>; empty when unknown.</param>
/// <param name="Body">The body, decompressed. Only to be read while a hook or a fault's predicate runs: its memory is used again.</param>
public sealed record LoggedRequest(string Method, string Path, string Query, string Route, ReadOnlyMemory<byte> Body)
{
    /// <summary>The header <c>Authorization</c>, or empty.</summary>
    public string Authorization { get; init; } = "";

    /// <summary>The header <c>X-elastic-product-origin</c>, or empty.</summary>
    public string ProductOrigin { get; init; } = "";

    /// <summary>The answer's status; 0 while there is none.</summary>
    public int Status { get; init; }
}
