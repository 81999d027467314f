using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Api;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest job</c>: what syncs did, and their cancelling.</summary>
internal static class JobCommand
{
    private const int DefaultLimit = 20;

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        CommandSession Session(ParseResult parsed) => new(environment, global, parsed);
        var connector = new Option<string?>("--connector")
        {
            Description = "Only jobs of this connector, by its id or its name.",
            HelpName = "ID",
        }.NotEmpty();
        connector.CompletionSources.Add(Suggestions.Marker(Suggestions.Connector));
        var status = new Option<string?>("--status")
        {
            Description = $"Only jobs in this state: {string.Join(", ", ConnectorApi.StatusWords)} (which wait or run).",
            HelpName = "STATE",
        };
        status.CompletionSources.Add(_ => ConnectorApi.StatusWords.Select(word => new CompletionItem(word)));
        status.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && ConnectorApi.StatesOf(token.Value) is null)
            {
                var near = KeySuggestion.Nearest(token.Value, ConnectorApi.StatusWords);
                result.AddError(
                    $"--status: \"{token.Value}\" is not a job state. "
                        + $"{(near is null ? $"There are {string.Join(", ", ConnectorApi.StatusWords)}." : $"Did you mean {near}?")}"
                );
            }
        });
        var limit = NumberOption.Create("--limit", DefaultLimit, 1, SyncJobIndex.MaxNewest, "How many, the newest first.", "--count");
        var list = new Command("list", "Shows the newest jobs, the newest first.") { connector, status, limit };
        list.SetAction(
            (parsed, cancellationToken) =>
                ListAsync(
                    Session(parsed),
                    parsed.GetValue(connector),
                    ConnectorApi.StatesOf(parsed.GetValue(status)) ?? [],
                    parsed.GetValue(limit),
                    cancellationToken
                )
        );
        var shown = JobArgument();
        var show = new Command("show", "Shows one job with its counts and the documents with a problem, as JSON.") { shown };
        show.SetAction((parsed, cancellationToken) => ShowAsync(Session(parsed), parsed.GetRequiredValue(shown), cancellationToken));
        var canceled = JobArgument();
        var cancel = new Command("cancel", "Cancels a job. A waiting job ends at once, a running job after its current page.") { canceled };
        cancel.SetAction((parsed, cancellationToken) => CancelAsync(Session(parsed), parsed.GetRequiredValue(canceled), cancellationToken));
        var followed = JobArgument();
        var tail = new Command(
            "tail",
            "Follows a job, whoever runs it, until it ends: a line whenever its counts change. Exits with 0 when it completed."
        )
        {
            followed,
        };
        tail.SetAction(
            (parsed, cancellationToken) => JobTail.RunAsync(Session(parsed), parsed.GetRequiredValue(followed), cancellationToken)
        );
        return new Command("job", "Shows, follows and cancels syncs.") { list, show, cancel, tail };
    }

    private static Argument<string> JobArgument()
    {
        var job = new Argument<string>("JOB") { Description = "Id of the job, as `job list` shows it." };
        job.CompletionSources.Add(Suggestions.Marker(Suggestions.Job));
        return job.NotEmpty();
    }

    private static async Task<int> ListAsync(
        CommandSession session,
        string? connector,
        IReadOnlyList<JobStatus> states,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var id = connector is null ? null : await IdOfAsync(elasticsearch, connector, cancellationToken);
        var jobs = await elasticsearch.Jobs.NewestAsync(id, states, limit, cancellationToken);
        if (session.IsJson)
        {
            foreach (var job in jobs)
            {
                JsonLine.Write(session.Environment.Out, JobView.At(job, session.Environment.TimeProvider.GetUtcNow()));
            }

            return ExitCode.Success;
        }

        var unfinished = jobs.Any(job => job.Status?.IsWaiting() == true)
            ? await elasticsearch.Jobs.NewestAsync(null, JobTransitions.Unfinished, SyncJobIndex.MaxNewest, cancellationToken)
            : [];
        await JobListing.WriteAsync(session, elasticsearch.Connectors, jobs, unfinished, isFiltered: states.Count > 0, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>The id of a connector, which may have been deleted: its jobs stay.</summary>
    private static async Task<string> IdOfAsync(ElasticsearchSession elasticsearch, string connector, CancellationToken cancellationToken)
    {
        try
        {
            return (await Lookup.ConnectorAsync(elasticsearch.Connectors, connector, cancellationToken)).Id;
        }
        catch (CliException)
        {
            if (await elasticsearch.Jobs.NewestAsync(connector, [], 1, cancellationToken) is { Count: > 0 })
            {
                return connector;
            }

            throw;
        }
    }

    private static async Task<int> ShowAsync(CommandSession session, string id, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var job = await elasticsearch.Jobs.FindAsync(id, cancellationToken) ?? throw Missing(id);
        var options = session.IsJson ? JsonLine.Options : new JsonSerializerOptions(JsonLine.Options) { WriteIndented = true };
        var view = JobView.At(job, session.Environment.TimeProvider.GetUtcNow());
        EscapingWriter.WriteLines(session.Environment.Out, view.ToJsonString(options));
        return ExitCode.Success;
    }

    private static async Task<int> CancelAsync(CommandSession session, string id, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var steps = new SyncJobSteps(elasticsearch.Connectors, elasticsearch.Jobs);
        var status = await steps.RequestCancelAsync(id, cancellationToken) ?? throw Missing(id);
        if (status is not (JobStatus.Canceled or JobStatus.Canceling))
        {
            throw new CliException(ExitCode.Failed, $"Job '{id}' is {status.ToWord()} already: there is nothing to cancel.");
        }

        if (status == JobStatus.Canceled)
        {
            // Nobody runs it, and nobody will: what this machine kept to go on with it is of no use any more.
            new LocalSyncStateStore(session.Configuration.Engine.StateFolder).Forget(id);
        }

        var wasLeft = status == JobStatus.Canceling && await TryEndAsync(session, elasticsearch, id, cancellationToken);
        status = wasLeft ? JobStatus.Canceled : status;
        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    @event = "cancel",
                    jobId = id,
                    status = status.ToWord(),
                }
            );
        }
        else
        {
            await session.Environment.Out.WriteLineAsync(
                wasLeft ? $"Job '{id}' is canceled: nobody was running it any more."
                : status == JobStatus.Canceled ? $"Job '{id}' is canceled."
                : await SilenceAsync(session, elasticsearch, id, cancellationToken) is var (heard, end)
                    ? $"Job '{id}' will be canceled after its current page if its process is alive: it was {heard}. It {end}."
                : $"Job '{id}' will be canceled after its current page."
            );
        }

        return ExitCode.Success;
    }

    private static async Task<(string Heard, string End)?> SilenceAsync(
        CommandSession session,
        ElasticsearchSession elasticsearch,
        string id,
        CancellationToken cancellationToken
    ) =>
        await elasticsearch.Jobs.FindAsync(id, cancellationToken) is { } job
            ? JobSilence.Parts(job, session.Environment.TimeProvider.GetUtcNow())
            : null;

    /// <summary>Ends a job whose process died, without waiting for the next poll.</summary>
    private static async Task<bool> TryEndAsync(
        CommandSession session,
        ElasticsearchSession elasticsearch,
        string id,
        CancellationToken cancellationToken
    )
    {
        await using var host = new ServiceHost(
            elasticsearch.Gateway,
            session.Configuration,
            session.Sources,
            observer: null,
            session.Environment.TimeProvider,
            session.LoggerFactory
        );
        try
        {
            return await host.Service.TryEndCancelingAsync(id, cancellationToken);
        }
        catch (ConnectorException)
        {
            // It is canceling all the same, and a poll ends it.
            return false;
        }
    }

    internal static CliException Missing(string id) =>
        new(ExitCode.Usage, $"There is no job with the id \"{id}\". `elastic-ingest job list` shows the newest ones.");
}
