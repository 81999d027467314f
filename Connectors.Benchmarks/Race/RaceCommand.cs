using System.Globalization;
using System.Runtime.InteropServices;
using Connectors.Benchmarks.Ids;

namespace Connectors.Benchmarks.Race;

/// <summary>
/// <c>race [--documents N] [--rounds N] [--pace N]</c>: first sync and unchanged re-sync of MongoDB documents into an empty index by
/// elastic-ingest, beside a raw bulk blast of the same bytes, in one run on the same servers. First the emulator answers as fast as it can,
/// and shares the processors with everything else; then at the pace of a cluster of its own. Ratios count; the documents a second are this
/// machine's.
/// </summary>
internal sealed class RaceCommand(int documents, int rounds, int pace)
{
    private const int SmallRace = 100_000;
    private const int LargeRace = 1_000_000;
    private const int ManyIds = 10_000_000;
    private const int ClusterPace = 30_000;
    private const double Mebibyte = 1024 * 1024;

    public static Task<int> RunAsync(int? documents, int? rounds, int? pace)
    {
        var size = documents ?? SmallRace;
        return new RaceCommand(size, rounds ?? (size > 2 * SmallRace ? 1 : 5), pace ?? ClusterPace).RunAsync();
    }

    private async Task<int> RunAsync()
    {
        Print(
            $"race: {documents:N0} documents, {rounds} rounds, {Environment.ProcessorCount} cores, "
                + $"{RuntimeInformation.FrameworkDescription}, {IngestProcess.Form}"
        );
        Print("\n--- a server as fast as the emulator");
        var atFullSpeed = await RaceAsync(writesPerSecond: 0);
        Print($"\n--- a server that takes {pace:N0} writes a second");
        var atPace = await RaceAsync(pace);
        List<Round> all = [.. atFullSpeed, .. atPace];
        var (first, again) = (all.Max(round => PeakOf(round.First)), all.Max(round => PeakOf(round.Again)));
        var processor = Micros(atFullSpeed, round => round.First.ProcessorSeconds);
        var (ratio, paced) = (Median(atFullSpeed, round => round.Ratio), Median(atPace, round => round.Ratio));
        List<Aim> aims =
        [
            Aim.AtLeast("race at full speed, part of the blast", ratio, 0.5, "of the blast"),
            Aim.AtLeast($"race at {pace:N0} writes a second, part of the blast", paced, 0.8, "of the blast"),
            Aim.AtLeast($"unchanged re-sync at {pace:N0} writes a second", Median(atPace, round => round.SpeedUp), 3, "times the first"),
        ];

        // The other aims are those of one size of the race.
        if (documents == SmallRace)
        {
            aims.AddRange([
                Aim.AtMost("peak memory, first sync", first, 150, "MiB"),
                Aim.AtMost("peak memory, re-sync", again, 120, "MiB"),
                Aim.AtMost("processor time, with the start of the process", processor, 20, "us a document"),
                .. await GrowAsync(first, again),
            ]);
        }

        Print("");
        aims.ForEach(aim => Print(aim.ToString()));
        Print(
            $"""

            peak memory {first:F0} MiB first, {again:F0} MiB re-sync
            processor time {processor:F1} us a document
            {pace:N0} writes a second: ratio {paced:F2}
            race: ratio {ratio:F2}
            """
        );
        return aims.TrueForAll(aim => aim.IsMet) ? 0 : 1;
    }

    private async Task<List<Round>> RaceAsync(int writesPerSecond)
    {
        List<Round> done = [];
        await using (var course = await Course.OpenAsync(documents, writesPerSecond))
        {
            await using var blast = await ChildProcess.StartAsync("blast", course.Mongo, course.Elasticsearch);
            var prepared = blast.Ready.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            Print($"blast: {prepared[0]:N0} requests, {prepared[1] / documents:N0} bytes a document");
            for (var number = 0; number <= rounds; number++)
            {
                var round = await RoundAsync(course, blast, number);
                if (number > 0)
                {
                    done.Add(round);
                }

                Print($"{(number == 0 ? "warm-up" : $"round {number}")}: {round.Text}");
            }
        }

        var first = Median(done, round => round.First.Duration.TotalSeconds);
        var again = Median(done, round => round.Again.Duration.TotalSeconds);
        var peak = done.Max(round => round.First.Process.PeakBytes);
        Print(
            $"""

            Measured: from started_at to completed_at of the sync's job, preparing, partitions, snapshot, refresh and counts included; the
            time from the first request to the last answer of the blast. Medians of {rounds} rounds; the servers are warm, each
            elastic-ingest is a fresh process.
            first sync           {documents / first,10:N0} documents a second   {first:F2} s, whole process {Median(done, round =>
                round.First.Process.Wall.TotalSeconds
            ):F2} s
            raw bulk blast       {documents / Median(done, round => round.Blast.TotalSeconds),10:N0} documents a second   {Median(
                done,
                round => round.Blast.TotalSeconds
            ):F2} s
            unchanged re-sync    {documents / again,10:N0} documents a second   {again:F2} s, whole process {Median(done, round =>
                round.Again.Process.Wall.TotalSeconds
            ):F2} s: {Median(done, round => round.SpeedUp):F1} times as fast as the first
            nothing touched      {Median(done, round => round.Untouched.Duration.TotalSeconds),10:F2} s
            processor time       {Micros(done, round => round.First.ProcessorSeconds),10:N1} µs a document elastic-ingest, {Micros(
                done,
                round => round.First.ServerSeconds
            ):N1} its servers; {Micros(done, round => round.Again.ProcessorSeconds):N1} and {Micros(done, round =>
                round.Again.ServerSeconds
            ):N1} re-sync; {Micros(done, round => round.BlastProcessor.TotalSeconds):N1} blast and server
            peak memory          {peak / 1048576.0,10:N0} MiB first sync, {done.Max(round => round.Again.Process.PeakBytes)
                / 1048576.0:N0} MiB re-sync
            allocated            {Median(done, round =>
                (double)round.First.AllocatedBytes / documents
            ),10:N0} bytes a document first sync, {Median(done, round => (double)round.Again.AllocatedBytes / documents):N0} re-sync
            """
        );
        return done;
    }

    private async Task<Round> RoundAsync(Course course, ChildProcess blast, int number)
    {
        var blastIndex = $"blast-{number}";
        var syncIndex = $"sync-{number}";
        var connector = await course.CreateConnectorAsync(syncIndex);
        await course.PrepareIndexAsync(blastIndex);

        // In turn, so that neither always has the warmer, or the fuller, server.
        SyncRun? first = number % 2 == 0 ? await course.SyncAsync(connector) : null;
        var before = blast.ProcessorTime + course.ServerTime;
        var seconds = double.Parse(await blast.AskAsync(blastIndex, "done "), CultureInfo.InvariantCulture);
        var processor = blast.ProcessorTime + course.ServerTime - before;
        first ??= await course.SyncAsync(connector);
        await course.TouchAsync();
        var again = await course.SyncAsync(connector);
        var untouched = await course.SyncAsync(connector);
        Check(first.Indexed == documents && await course.CountAsync(syncIndex) == documents, "the first sync did not write every document");
        Check(await course.CountAsync(blastIndex) == documents, "the blast did not write every document");
        Check(again.Indexed == 0 && untouched.Indexed == 0, "a sync without changes wrote documents");
        await course.DropIndexAsync(blastIndex);
        await course.DropIndexAsync(syncIndex);
        return new Round(documents, TimeSpan.FromSeconds(seconds), processor, first, again, untouched);
    }

    /// <summary>A million documents, and ten million ids: what each more costs.</summary>
    /// <param name="first">The peak of a first sync of 100,000, in MiB.</param>
    /// <param name="again">That of a re-sync.</param>
    private static async Task<List<Aim>> GrowAsync(double first, double again)
    {
        Print($"\n--- {LargeRace:N0} documents, then {ManyIds:N0} ids by a synthetic source");
        await using var course = await Course.OpenAsync(LargeRace, writesPerSecond: 0);
        var connector = await course.CreateConnectorAsync("large");
        var large = await course.SyncAsync(connector);
        await course.TouchAsync();
        var largeAgain = await course.SyncAsync(connector);
        Check(large.Indexed == LargeRace && largeAgain.Indexed == 0, "the large syncs did not write what they should");
        var ids = await IdsCommand.MeasureAsync(ManyIds);
        Print(
            $"first sync {PeakOf(large):F0} MiB and {large.ProcessorSeconds:F2} s of processor time, re-sync {PeakOf(largeAgain):F0} MiB "
                + $"and {largeAgain.ProcessorSeconds:F2} s; ids: first sync {ids.First:F0} MiB, re-sync {ids.Again:F0} MiB"
        );
        return
        [
            Aim.AtMost("processor time at 1,000,000 documents", large.ProcessorSeconds * 1e6 / LargeRace, 8, "us a document"),
            Aim.AtMost("first sync, from 100,000 to 1,000,000 documents", PerId(PeakOf(large) - first), 40, "bytes an id"),
            Aim.AtMost("re-sync, from 100,000 to 1,000,000 documents", PerId(PeakOf(largeAgain) - again), 40, "bytes an id"),
            Aim.AtMost("first sync of 10,000,000 ids", ids.First, 550, "MiB"),
            Aim.AtMost("re-sync of 10,000,000 ids", ids.Again, 550, "MiB"),
        ];
    }

    private static double PerId(double mebibytes) => mebibytes * Mebibyte / (LargeRace - SmallRace);

    private static double PeakOf(SyncRun run) => run.Process.PeakBytes / Mebibyte;

    private static void Check(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException($"The race does not count: {otherwise}.");
        }
    }

    private static double Median(List<Round> rounds, Func<Round, double> of)
    {
        var sorted = rounds.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private double Micros(List<Round> rounds, Func<Round, double> seconds) => Median(rounds, seconds) * 1e6 / documents;

    private static void Print(string line) => Console.WriteLine(line);
}

/// <summary>One round: the blast, the first sync, a re-sync that has to look at everything, and one whose source says that nothing was
/// touched.</summary>
internal sealed record Round(int Documents, TimeSpan Blast, TimeSpan BlastProcessor, SyncRun First, SyncRun Again, SyncRun Untouched)
{
    public double Ratio => Blast / First.Duration;

    public double SpeedUp => First.Duration / Again.Duration;

    public string Text =>
        $"blast {Documents / Blast.TotalSeconds:N0}/s, first sync {Documents / First.Duration.TotalSeconds:N0}/s, ratio {Ratio:F2}; "
        + $"re-sync {SpeedUp:F1}x; untouched {Untouched.Duration.TotalSeconds:F2} s";
}
