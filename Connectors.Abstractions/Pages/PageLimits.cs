namespace Connectors.Abstractions;

/// <summary>How large a page may become. A page ends at whichever limit comes first, but always holds at least one document.</summary>
/// <param name="MaxDocuments">Documents a page.</param>
/// <param name="MaxBytes">Bytes of JSON bodies a page.</param>
public readonly record struct PageLimits(int MaxDocuments, int MaxBytes)
{
    /// <summary>2,000 documents or 8 MiB.</summary>
    public static PageLimits Default => new(2_000, 8 * 1024 * 1024);

    /// <summary>Cancelled when a page is to end with what it has: a slow source may take minutes to fill it.</summary>
    internal CancellationToken Ending { get; init; }
}
