using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;
using static Connectors.Cli.Output.Syncs.SyncPace;

namespace Connectors.Cli.Output.Syncs;

/// <summary>What a dry run found: numbers, and the first ids of each kind.</summary>
internal static class DryRunReport
{
    /// <summary>Writes it.</summary>
    public static void Write(CommandSession session, string name, SyncResult result)
    {
        var output = session.Environment.Out;
        var counts = result.Outcome?.Counts ?? default;
        var preview = result.Outcome?.Preview;
        if (session.IsJson)
        {
            JsonLine.Write(
                output,
                new
                {
                    @event = "dry_run",
                    end = result.End.ToString().ToLowerInvariant(),
                    result.Error,
                    wouldAdd = counts.Created,
                    wouldUpdate = counts.Updated,
                    wouldDelete = counts.Deleted,
                    deletesHeldBack = result.Outcome?.End == SyncEnd.Refused,
                    unchanged = counts.Skipped,
                    rewrite = result.Outcome?.Rewrite,
                    added = preview?.Added ?? [],
                    updated = preview?.Updated ?? [],
                    deleted = preview?.Deleted ?? [],
                    names = preview?.Names ?? new Dictionary<string, string>(),
                }
            );
            return;
        }

        if (result.Outcome?.End == SyncEnd.Unchanged)
        {
            output.WriteLine($"{name}: nothing changed in the source since the last sync. (Dry run: nothing was written.)");
            return;
        }

        Lines(output, '+', counts.Created, preview?.Added, preview?.Names);
        Lines(output, '~', counts.Updated, preview?.Updated, preview?.Names);
        Lines(output, '-', counts.Deleted, preview?.Deleted, preview?.Names);
        var heldBack = result.Outcome?.End == SyncEnd.Refused && counts.Deleted > 0 ? ", which the delete guard would hold back" : "";
        output.WriteLine(
            $"{name}: a sync would add {Number(counts.Created)}, update {Number(counts.Updated)} and delete "
                + $"{Quantity.Of(counts.Deleted, "document")}{heldBack}; {Quantity.Of(counts.Skipped, "is", "are")} unchanged. (Dry run: "
                + "nothing was written.)"
        );
        if (result.Outcome?.Rewrite is { } why)
        {
            output.WriteLine($"Documents that did not change would be written again: {why}");
        }

        if (result.Error is { } error)
        {
            session.Environment.Error.WriteLine(error);
        }
    }

    /// <summary>Documents by the names that people know; an id where there is none.</summary>
    private static void Lines(
        TextWriter output,
        char sign,
        long count,
        IReadOnlyList<string>? ids,
        IReadOnlyDictionary<string, string>? names
    )
    {
        foreach (var shown in (ids ?? []).Select(id => names?.GetValueOrDefault(id) ?? id).Order(StringComparer.Ordinal))
        {
            output.WriteLine($"{sign} {shown}");
        }

        if (count > (ids?.Count ?? 0))
        {
            output.WriteLine($"{sign} ... and {Number(count - (ids?.Count ?? 0))} more");
        }
    }
}
