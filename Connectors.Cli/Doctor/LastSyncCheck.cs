using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Doctor;

/// <summary>What the last syncs of a connector left to be done: a failure stays what it was though the source answers now.</summary>
/// <param name="jobs">The jobs.</param>
internal sealed class LastSyncCheck(SyncJobIndex jobs)
{
    // Syncs of other kinds may have followed the one that deletes.
    private const int Looked = 50;
    private static readonly string AllowMassDelete = SyncOptionNames.CommandLine.AllowMassDelete;

    /// <summary>Runs the check.</summary>
    /// <param name="name">What the check is called.</param>
    /// <param name="connector">The connector.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(
        string name,
        ConnectorRecord connector,
        SourceCheck sources,
        CancellationToken cancellationToken
    )
    {
        var ended = await NewestAsync(connector, [JobStatus.Completed, JobStatus.Error], cancellationToken);
        var newest = ended.Where(job => !job.IsAccessControl).ToList();
        List<CheckResult> results = [];
        if (connector.LastSyncError is { } error)
        {
            var remedy = Remedy(connector, newest is [var failed, ..] ? failed : null, error);
            results.Add(CheckResult.Warning(name, $"Its last sync failed: {Redactor.Redact(error)}", remedy));
        }
        else if (newest.FirstOrDefault(job => job.Options.Kind is SyncKind.Full or SyncKind.DeletesOnly) is { Gap: { } gap } last)
        {
            results.Add(
                CheckResult.Warning(
                    name,
                    "A part of the source could not be read in its last sync, so nothing is deleted until it can be: "
                        + Sentences.Whole(Redactor.Redact(gap)),
                    $"Make it readable, or leave it out, then sync again: `{Command(connector, last)}`."
                )
            );
        }

        // Where there are no identities to sync any more, no sync could put that right.
        if (connector.LastAccessControlSyncError is { } denied && AccessControlCheck.IsOn(connector, sources))
        {
            results.Add(
                CheckResult.Warning(
                    name,
                    $"Its last access control sync failed: {Redactor.Redact(denied)}",
                    $"When that is put right, sync again: `{AccessControlCommand(connector)}`."
                )
            );
        }

        results.AddRange(await SilentAsync(name, connector, sources.Now, cancellationToken));
        return results;
    }

    /// <summary>Running jobs of which nothing was heard lately.</summary>
    private async Task<IEnumerable<CheckResult>> SilentAsync(
        string name,
        ConnectorRecord connector,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        from job in await NewestAsync(connector, [JobStatus.InProgress, JobStatus.Canceling], cancellationToken)
        let silence = JobSilence.Of(job, now)
        where silence is not null
        select CheckResult.Warning(
            name,
            $"Its job '{job.Id}' on {job.WorkerHostname ?? "another host"} was {silence}.",
            "When its process runs no more, start its service again there: it goes on with the job, or ends it. Or wait, then sync "
                + $"again: `{(job.IsAccessControl ? AccessControlCommand(connector) : Command(connector, job))}`."
        );

    private static string AccessControlCommand(ConnectorRecord connector) =>
        $"elastic-ingest sync {ShellWord.Of(connector.Id)} --access-control";

    private static string Remedy(ConnectorRecord connector, SyncJobRecord? last, string error) =>
        error.Contains(AllowMassDelete, StringComparison.Ordinal)
            ? $"If the deletes are right, allow them for one sync: `{Command(connector, last, allowMassDelete: true)}`."
            : $"When that is put right, sync again: `{Command(connector, last)}`.";

    /// <summary>The command that does the last sync again.</summary>
    private static string Command(ConnectorRecord connector, SyncJobRecord? last, bool allowMassDelete = false)
    {
        var options = new SyncJobOptions(allowMassDelete, Kind: last?.Options.Kind ?? SyncKind.Full);
        return string.Join(' ', [$"elastic-ingest sync {ShellWord.Of(connector.Id)}", .. SyncOptionNames.CommandLine.Of(options)]);
    }

    /// <summary>The newest jobs of a connector in some states; none when jobs may not be read.</summary>
    private async Task<IReadOnlyList<SyncJobRecord>> NewestAsync(
        ConnectorRecord connector,
        IReadOnlyList<JobStatus> states,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await jobs.NewestAsync(connector.Id, states, Looked, cancellationToken);
        }
        catch (ConnectorException)
        {
            // The check of the privileges says so.
            return [];
        }
    }
}
