using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service.Jobs;
using static Connectors.Cli.Output.Syncs.SyncPace;

namespace Connectors.Cli.Output.Syncs;

/// <summary>The lines about a sync.</summary>
internal static class SyncMessages
{
    public static string Started(RunningSync sync) =>
        $"{Name(sync)}: sync of {sync.ServiceType} into {sync.IndexName} {(sync.FollowedOn is { } host ? $"is run by {host}" : "started")}";

    /// <summary>A sync goes on from an earlier run; <see langword="null"/> when that had read nothing.</summary>
    public static string? Resumed(RunningSync sync)
    {
        if (sync.Progress.ResumedAfter is not > 0)
        {
            return null;
        }

        var earlier = sync.EarlierTime > TimeSpan.Zero ? $", on which {Clock(sync.EarlierTime)} were spent" : "";
        return $"{Name(sync)}: goes on after {Quantity.Of(sync.Progress.ResumedAfter.Value, "document")}{earlier}";
    }

    /// <summary>A wait for the source begins.</summary>
    /// <param name="sync">The sync.</param>
    /// <param name="wait">The wait.</param>
    /// <param name="wayOut">How to end it, as a clause; empty where that is not said.</param>
    public static string Waits(RunningSync sync, WaitPace wait, string wayOut = "")
    {
        var end = wayOut.Length == 0 ? "" : $"; {wayOut}";
        return wait.Reason is { } reason
            ? $"{Name(sync)}: waits for its source: {reason}. It is asked {wait.Times}{end}."
            : $"{Name(sync)}: waits {Clock(wait.Again)}, because its source asks for a pause{end}.";
    }

    public static string Running(SyncPace pace)
    {
        var now = pace.Now();
        var about = now.IsGuess ? "about " : "";
        var of = now.Estimated is { } all ? $" of {about}{Number(all)}" : "";
        var rate = now.Rate is { } speed ? $", {Number((long)speed)}/s" : "";
        var left = now.Left is { } time ? $", {about}{Clock(time)} left" : "";
        var waits = now.Waits is { } wait ? $" ({wait.Short})" : "";
        return $"{Name(pace.Sync)}: {Word(now.Phase)}{waits}, {Number(now.Counts.Read)}{of} read, {Number(now.Counts.Skipped)} skipped, "
            + $"{Number(now.Counts.Indexed)} written, {Number(now.Counts.Deleted)} deleted{rate}{left}";
    }

    /// <summary>How a sync ended. Numbers are the job's; a job that ran here and could not be written has those of the engine.</summary>
    public static string Ended(RunningSync sync, SyncResult result, TimeSpan elapsed)
    {
        var time = elapsed.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s") : Clock(elapsed);
        time = sync.EarlierTime > TimeSpan.Zero ? $"{time} in all" : time;
        var counts = result.Outcome?.Counts ?? sync.Progress.Counts;
        return result.End switch
        {
            SyncResultEnd.Completed when result.Outcome?.End == SyncEnd.Unchanged =>
                $"{Name(sync)}: completed in {time}, nothing changed in the source",
            SyncResultEnd.Completed => $"{Name(sync)}: completed in {time}, {Counts(counts)}{NothingFound(sync, result, counts)}",
            SyncResultEnd.Failed => $"{Name(sync)}: failed after {time}, {Counts(counts)}: {VisibleText.Of(result.Error ?? "see the log")}",
            SyncResultEnd.Canceled => $"{Name(sync)}: canceled after {time}, {Counts(counts)}",
            SyncResultEnd.Suspended => $"{Name(sync)}: suspended after {time}, {Counts(counts)}; the next start goes on from there",
            SyncResultEnd.Interrupted when sync.FollowedOn is { } host => $"{Name(sync)}: goes on on {host}, and is not followed any more",
            SyncResultEnd.Interrupted =>
                $"{Name(sync)}: stopped after {time} within a page; the next start goes on after the last page that was finished",
            _ => $"{Name(sync)}: taken over or ended by another worker after {time}",
        };
    }

    /// <summary>A line stays one, whatever a connector is called.</summary>
    private static string Name(RunningSync sync) => VisibleText.Of(sync.ConnectorName);

    /// <summary>A setting with a typo mirrors nothing, successfully: nobody would look for it.</summary>
    private static string NothingFound(RunningSync sync, SyncResult result, SyncCounts counts) =>
        counts is { Read: 0, Unreadable: 0, Excluded: 0 } && result is { Outcome: not null, Job.Type: JobType.Full }
            ? $"; the source shows {NoDocuments(sync.ConnectorId)}"
            : "";

    /// <summary>What to look at when a source gave nothing.</summary>
    public static string NoDocuments(string connectorId) =>
        "no documents: if there should be some, look at the settings that choose them "
        + $"(`elastic-ingest connector show {ShellWord.Of(connectorId)}`)";

    private static string Counts(SyncCounts counts)
    {
        var text =
            $"{Number(counts.Read)} read, {Number(counts.Skipped)} skipped, {Number(counts.Created)} added, {Number(counts.Updated)} "
            + $"updated, {Number(counts.Deleted)} deleted";
        text += counts.Excluded > 0 ? $", {Number(counts.Excluded)} left out by sync rules" : string.Empty;
        text += counts.Rejected > 0 ? $", {Number(counts.Rejected)} rejected" : string.Empty;
        text += counts.Unreadable > 0 ? $", {Number(counts.Unreadable)} unreadable" : string.Empty;
        return counts.WithoutText > 0 ? $"{text}, {Number(counts.WithoutText)} without text" : text;
    }
}
