namespace Connectors.Sync.Content.Extraction;

/// <summary>Words for <see cref="ExtractionConfinement"/>.</summary>
internal static class ConfinementText
{
    /// <summary>What processes that are confined in this way can still do, going on from "can"; <see langword="null"/> for
    /// nothing.</summary>
    public static string? Missing(this ExtractionConfinement confinement) =>
        (confinement.HasFlag(ExtractionConfinement.Files), confinement.HasFlag(ExtractionConfinement.Network)) switch
        {
            (true, true) => null,
            (true, false) => "open connections and start programs",
            (false, true) => "read the files that the service's user may read",
            (false, false) => "read and change files as the service's user may, open connections and start programs",
        };
}
