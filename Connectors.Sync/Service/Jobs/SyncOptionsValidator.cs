using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Finds sync options that exclude each other. Pure.</summary>
internal static class SyncOptionsValidator
{
    /// <summary>The first conflict, in a sentence that says how to resolve it; <see langword="null"/> when there is none.</summary>
    /// <param name="how">The options.</param>
    /// <param name="words">How they are spelled where they were given.</param>
    public static string? Find(SyncNowOptions how, SyncOptionNames words) =>
        how switch
        {
            { AccessControl: true, Kind: not SyncKind.Full } =>
                $"An access control sync reads all identities: remove --access-control or {words.Kind(how.Kind)}.",
            { Kind: SyncKind.Incremental, DryRun: true } =>
                $"A dry run compares everything: remove {words.DryRun} or {words.Kind(how.Kind)}.",
            { Kind: SyncKind.Incremental, Reindex: true } =>
                $"Writing every document again requires a full read: remove {words.Reindex} or {words.Kind(how.Kind)}.",
            { Kind: SyncKind.DeletesOnly, Reindex: true } =>
                $"A sync that only deletes writes no document: remove {words.Reindex} or {words.Kind(how.Kind)}.",
            { Kind: SyncKind.NoDeletes, AllowMassDelete: true } =>
                $"A sync without deletes needs no permission for them: remove {words.AllowMassDelete} or {words.Kind(how.Kind)}.",
            _ => null,
        };
}

/// <summary>The names of sync options.</summary>
/// <param name="DryRun">The option to write nothing.</param>
/// <param name="Reindex">The option to write everything.</param>
/// <param name="AllowMassDelete">The option to bypass the delete guard.</param>
/// <param name="Kind">The option for a kind of sync.</param>
internal sealed record SyncOptionNames(string DryRun, string Reindex, string AllowMassDelete, Func<SyncKind, string> Kind)
{
    /// <summary>The options that a job was made with, as they are spelled here; none for an ordinary full sync.</summary>
    public IReadOnlyList<string> Of(SyncJobOptions options) =>
        [
            .. options.Kind == SyncKind.Full ? [] : (string[])[Kind(options.Kind)],
            .. options.AllowMassDelete ? (string[])[AllowMassDelete] : [],
            .. options.Reindex ? (string[])[Reindex] : [],
        ];

    /// <summary>On the command line.</summary>
    public static SyncOptionNames CommandLine { get; } = new("--dry-run", "--reindex", "--allow-mass-delete", kind => kind switch
            {
                SyncKind.Incremental => "--incremental",
                SyncKind.DeletesOnly => "--deletes-only",
                _ => "--no-deletes",
            });
}
