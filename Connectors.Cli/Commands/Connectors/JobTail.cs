using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Syncs;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Api;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Cli.Commands.Connectors;

/// <summary>Follows a job in any service through its document, which is written about every ten seconds.</summary>
internal static class JobTail
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>Follows it to its end.</summary>
    public static async Task<int> RunAsync(CommandSession session, string id, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Environment.Shutdown.Stop);
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, either.Token);
        var job = await elasticsearch.Jobs.FindAsync(id, either.Token) ?? throw JobCommand.Missing(id);
        string? said = null;
        while (true)
        {
            var now = session.Environment.TimeProvider.GetUtcNow();
            var silence = JobSilence.Of(job, now);

            // That it is silent is said once, not each time for longer.
            var line = Sentence(job, now, silence is null ? null : "silent");
            if (line != said)
            {
                Write(session, job, Sentence(job, now, silence));
                said = line;
            }

            if (job.Status?.IsFinal() == true)
            {
                return job.Status == JobStatus.Completed ? ExitCode.Success : ExitCode.Failed;
            }

            await Task.Delay(Every, session.Environment.TimeProvider, either.Token);
            job = await elasticsearch.Jobs.FindAsync(id, either.Token)
                ?? throw new CliException(ExitCode.Failed, $"Job '{id}' was deleted meanwhile.");
        }
    }

    private static void Write(CommandSession session, SyncJobRecord job, string line)
    {
        var output = session.Environment.Out;
        if (session.IsJson)
        {
            JsonLine.Write(output, JobView.At(job, session.Environment.TimeProvider.GetUtcNow()));
            return;
        }

        output.WriteLine(line);
        output.Flush();
    }

    private static string Sentence(SyncJobRecord job, DateTimeOffset now, string? silence)
    {
        var read = job.Metadata?["read"]?.GetValue<long>() ?? 0;
        var status = job.Status?.ToWord() ?? "in an unknown state";
        return $"{status}: {SyncPace.Number(read)} read, {SyncPace.Number(job.IndexedDocumentCount)} written, "
            + $"{SyncPace.Number(job.DeletedDocumentCount)} deleted"
            + (silence is not null ? $", {silence}"
                : WaitText.Of(job, now) is { } wait ? $", waits for {wait}"
                : string.Empty)
            + (job.Error is { } error ? $". {error}" : string.Empty);
    }
}
