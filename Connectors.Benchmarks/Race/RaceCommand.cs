using System.Globalization;
using System.Runtime.InteropServices;

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
    private const int ClusterPace = 30_000;

    public static Task<int> RunAsync(string[] arguments)
    {
        var documents = Number(arguments, "--documents") ?? SmallRace;
        return new RaceCommand(
            documents,
            Number(arguments, "--rounds") ?? (documents > 2 * SmallRace ? 1 : 5),
            Number(arguments, "--pace") ?? ClusterPace
        ).RunAsync();
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
        if (documents > SmallRace)
        {
            await CompareMemoryAsync(atFullSpeed);
        }

        Print(
            $"""

            race at {pace:N0} writes a second: ratio {Median(atPace, round => round.Ratio):F2}
            race: ratio {Median(atFullSpeed, round => round.Ratio):F2}
            """
        );
        return 0;
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

    /// <summary>The same with 100,000 documents: what a document more costs in memory.</summary>
    private async Task CompareMemoryAsync(List<Round> large)
    {
        await using var course = await Course.OpenAsync(SmallRace, writesPerSecond: 0);
        var connector = await course.CreateConnectorAsync("memory");
        var first = (await course.SyncAsync(connector)).Process.PeakBytes;
        await course.TouchAsync();
        var again = (await course.SyncAsync(connector)).Process.PeakBytes;
        Compare("first sync", first, large.Max(round => round.First.Process.PeakBytes));
        Compare("re-sync", again, large.Max(round => round.Again.Process.PeakBytes));

        void Compare(string what, long few, long many) =>
            Print(
                $"memory, {what}: {few / 1048576.0:N0} MiB with {SmallRace:N0} documents, {many / 1048576.0:N0} MiB with {documents:N0}: "
                    + $"{(double)(many - few) / (documents - SmallRace):F1} bytes an id more"
            );
    }

    private static void Check(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException($"The race does not count: {otherwise}.");
        }
    }

    /// <summary>The number behind an option; <see langword="null"/> when it was not given.</summary>
    internal static int? Number(string[] arguments, string name)
    {
        var index = Array.IndexOf(arguments, name);
        return index < 0 ? null : int.Parse(arguments[index + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
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
