using System.CommandLine;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Init;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Cli.Output.Screen;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Spectre.Console;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest connector delete ID</c>.</summary>
internal static class ConnectorDeleteCommand
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var id = ConnectorCommand.IdArgument();
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask. Required without a terminal." };
        var index = new Option<string?>("--index")
        {
            Description = "Delete the connector's index with all its documents as well. Name it, so that it can't be another one.",
            HelpName = "NAME",
        };
        var command = new Command(
            "delete",
            "Deletes a connector. Its index and the history of its syncs stay, unless --index names the index or "
                + "service.delete_orphaned_content is set."
        )
        {
            id,
            yes,
            index,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new CommandSession(environment, global, parsed),
                    parsed.GetRequiredValue(id),
                    parsed.GetValue(yes),
                    parsed.GetValue(index),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandSession session,
        string idOrName,
        bool isAgreed,
        string? index,
        CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Environment.Shutdown.Stop);
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, either.Token);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, either.Token);
        await CheckAsync(elasticsearch, connector, index, either.Token);
        if (!isAgreed && (session.IsJson || !session.Environment.CanAsk))
        {
            var why = session.IsJson ? "with --json nothing is asked" : "there is no terminal to ask on";
            throw new CliException(ExitCode.Usage, $"connector delete: {why}. Add --yes if it is meant.");
        }

        if (!isAgreed && !await AgreedAsync(session, connector, index, either.Token))
        {
            await session.Environment.Error.WriteLineAsync("Nothing was deleted.");
            return ExitCode.Failed;
        }

        // A job that is taken between this and the deletion is canceled below.
        var canceled = await EndJobsAsync(session, elasticsearch, connector, index is null ? null : "Nothing was deleted.", either.Token);
        await new ConnectorEdits(elasticsearch.Gateway.Documents, elasticsearch.Connectors).DeleteAsync(connector.Id, either.Token);
        canceled.UnionWith(
            await EndJobsAsync(
                session,
                elasticsearch,
                connector,
                index is null ? null : "The connector was deleted, its index was not.",
                either.Token
            )
        );
        var hadIndex = index is not null && await DeleteIndexAsync(elasticsearch, connector, index, either.Token);
        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    @event = "deleted",
                    connectorId = connector.Id,
                    indexName = hadIndex ? index : null,
                    canceledJobs = canceled.Order(StringComparer.Ordinal),
                }
            );
        }
        else
        {
            var isLeft = index is null && await ExistsAsync(elasticsearch, connector.IndexName, either.Token);
            await session.Environment.Out.WriteLineAsync(
                $"{connector.Name ?? connector.Id}: deleted"
                    + (
                        hadIndex ? $", with its index {index}"
                        : isLeft ? $"; its index {connector.IndexName} is left{Until(session)}"
                        : connector.IndexName is { } missing ? $"; its index {missing} does not exist"
                        : ""
                    )
                    + (canceled.Count == 0 ? "." : $". {Quantity.Of(canceled.Count, "sync")} canceled.")
            );
        }

        return ExitCode.Success;
    }

    /// <summary>Whether there is an index: a first sync that fails makes none.</summary>
    private static async Task<bool> ExistsAsync(ElasticsearchSession elasticsearch, string? index, CancellationToken cancellationToken)
    {
        try
        {
            return index is not null && await elasticsearch.Gateway.Checkup.IndexExistsAsync(index, cancellationToken);
        }
        catch (ConnectorException)
        {
            // These credentials may not see it. The connector is deleted all the same.
            return true;
        }
    }

    private static string Until(CommandSession session, string what = "it") =>
        session.Configuration.Service.DeleteOrphanedContent ? $" until the service deletes {what} (service.delete_orphaned_content)" : "";

    private static async Task CheckAsync(
        ElasticsearchSession elasticsearch,
        ConnectorRecord connector,
        string? index,
        CancellationToken cancellationToken
    )
    {
        if (index is null)
        {
            return;
        }

        if (index != connector.IndexName)
        {
            var own = connector.IndexName is { } name ? $"fills {name}" : "has none";
            throw new CliException(
                ExitCode.Usage,
                $"--index: '{index}' is not the index of connector '{connector.Id}', which {own}. Nothing was deleted."
            );
        }

        try
        {
            await new ConnectorEdits(elasticsearch.Gateway.Documents, elasticsearch.Connectors).RequireFreeAsync(
                index,
                connector.Id,
                cancellationToken
            );
            await ConnectorEdits.RequireOwnAsync(elasticsearch.Gateway.Content, index, cancellationToken);
        }
        catch (ConnectorException problem)
        {
            throw new CliException(ExitCode.Failed, $"{problem.Message} Nothing was deleted.");
        }
    }

    private static async Task<bool> AgreedAsync(
        CommandSession session,
        ConnectorRecord connector,
        string? index,
        CancellationToken cancellationToken
    )
    {
        var console = TerminalConsole.Of(session.Environment);
        console.WriteLine(
            $"Connector '{connector.Name ?? connector.Id}' ({connector.Id}) mirrors {connector.ServiceType ?? "nothing"} into "
                + $"{connector.IndexName ?? "no index"}."
        );
        console.WriteLine(
            index is null
                ? $"It will be deleted; its index and the history of its syncs stay{Until(session, "them")}."
                : $"It will be deleted, and with it the index {index} and all its documents."
        );
        return await new Prompts(console, cancellationToken).ConfirmAsync("Delete it?", byDefault: false);
    }

    /// <summary>Cancels the connector's jobs.</summary>
    /// <param name="session">The clock.</param>
    /// <param name="elasticsearch">The jobs.</param>
    /// <param name="connector">The connector.</param>
    /// <param name="soFar">
    /// What has been deleted so far, for the message when a job does not end; <see langword="null"/> not to wait for the jobs to end.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Their ids.</returns>
    private static async Task<HashSet<string>> EndJobsAsync(
        CommandSession session,
        ElasticsearchSession elasticsearch,
        ConnectorRecord connector,
        string? soFar,
        CancellationToken cancellationToken
    )
    {
        var (jobs, time) = (elasticsearch.Jobs, session.Environment.TimeProvider);
        var canceled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var job in await jobs.NewestAsync(connector.Id, JobTransitions.Unfinished, SyncJobIndex.MaxNewest, cancellationToken))
        {
            if (await jobs.RequestCancelAsync(job.Id, cancellationToken) is JobStatus.Canceled or JobStatus.Canceling)
            {
                canceled.Add(job.Id);
            }
        }

        var start = time.GetTimestamp();
        foreach (var id in soFar is not null ? canceled : [])
        {
            while (await jobs.FindAsync(id, cancellationToken) is { Status: { } status } && !status.IsFinal())
            {
                if (time.GetElapsedTime(start) > LongestEnd)
                {
                    throw new CliException(
                        ExitCode.Failed,
                        $"Job '{id}' has not ended within a minute, and it may still write to the index. {soFar} `elastic-ingest job "
                            + $"show {ShellWord.Of(id)}` tells more."
                    );
                }

                await Task.Delay(Every, time, cancellationToken);
            }
        }

        return canceled;
    }

    private static async Task<bool> DeleteIndexAsync(
        ElasticsearchSession elasticsearch,
        ConnectorRecord connector,
        string index,
        CancellationToken cancellationToken
    )
    {
        var edits = new ConnectorEdits(elasticsearch.Gateway.Documents, elasticsearch.Connectors);
        bool hadIndex;
        try
        {
            hadIndex = await edits.DeleteIndexAsync(elasticsearch.Gateway.Content, index, cancellationToken);
        }
        catch (ConnectorException problem)
        {
            throw new CliException(ExitCode.Failed, $"Connector '{connector.Id}' was deleted, its index was not: {problem.Message}");
        }

        try
        {
            await edits.DeleteIdentitiesAsync(elasticsearch.Gateway.Content, connector, cancellationToken);
        }
        catch (ConnectorException problem)
        {
            throw new CliException(
                ExitCode.Failed,
                $"Connector '{connector.Id}' and its index were deleted, its identities in {ProtocolIndices.AccessControlOf(index)} were "
                    + $"not: {problem.Message}"
            );
        }

        return hadIndex;
    }
}
