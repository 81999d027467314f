using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Wishes for a sync that can't be had together. Pure.</summary>
internal static class SyncContradictions
{
    /// <summary>The first contradiction, in a sentence that names the way out; <see langword="null"/> when there is none.</summary>
    /// <param name="how">The wishes.</param>
    /// <param name="words">How they are spelled where they were made.</param>
    public static string? Find(SyncNowOptions how, SyncWords words) => how switch
    {
        { AccessControl: true, Kind: not SyncKind.Full } => $"An access control sync reads all identities: leave out --access-control or {words.Kind(how.Kind)}.",
        { Kind: SyncKind.Incremental, DryRun: true } => $"A dry run compares everything: leave out {words.DryRun} or {words.Kind(how.Kind)}.",
        { Kind: SyncKind.Incremental, Reindex: true } => $"To write every document again everything has to be read: leave out {words.Reindex} or {words.Kind(how.Kind)}.",
        { Kind: SyncKind.DeletesOnly, Reindex: true } => $"A sync that only deletes writes no document: leave out {words.Reindex} or {words.Kind(how.Kind)}.",
        { Kind: SyncKind.NoDeletes, AllowMassDelete: true } => $"A sync without deletes needs no permission for them: leave out {words.AllowMassDelete} or {words.Kind(how.Kind)}.",
        _ => null,
    };
}

/// <summary>How wishes for a sync are spelled.</summary>
/// <param name="DryRun">The wish to write nothing.</param>
/// <param name="Reindex">The wish to write everything.</param>
/// <param name="AllowMassDelete">The wish to pass by the delete guard.</param>
/// <param name="Kind">The wish for a kind of sync.</param>
internal sealed record SyncWords(string DryRun, string Reindex, string AllowMassDelete, Func<SyncKind, string> Kind)
{
    /// <summary>On the command line.</summary>
    public static SyncWords CommandLine { get; } = new("--dry-run", "--reindex", "--allow-mass-delete", kind => kind switch
    {
        SyncKind.Incremental => "--incremental",
        SyncKind.DeletesOnly => "--deletes-only",
        _ => "--no-deletes",
    });
}
