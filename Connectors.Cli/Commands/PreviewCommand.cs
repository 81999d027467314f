using System.CommandLine;
using Connectors.Cli.Commands.Connectors;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Cli.Output.Syncs;
using Connectors.Sync.Content;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest preview ID</c>: the first documents of a connector, as they would be indexed.</summary>
internal static class PreviewCommand
{
    private const int MaxLimit = 1_000;

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var id = ConnectorCommand.IdArgument();
        var limit = NumberOption.Create("--limit", 10, 1, MaxLimit, "How many documents.");
        var text = NumberOption.Create("--max-text", 300, 0, int.MaxValue, "Characters that are shown of a text; 0 for all of it.");
        var command = new Command(
            "preview",
            "Shows the first documents of a connector as they would be indexed, after its sync rules. Reads the source and writes nothing."
        )
        {
            id,
            limit,
            text,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new CommandSession(environment, global, parsed),
                    parsed.GetRequiredValue(id),
                    parsed.GetValue(limit),
                    parsed.GetValue(text),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandSession session,
        string idOrName,
        int limit,
        int maxText,
        CancellationToken cancellationToken
    )
    {
        var environment = session.Environment;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, environment.Shutdown.Stop);
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, either.Token);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, either.Token);
        try
        {
            return await ShowAsync(session, elasticsearch, connector, limit, maxText, either.Token);
        }
        catch (Exception failure) when (UnexpectedFailure.Note(connector.Name ?? connector.Id, failure))
        {
            throw;
        }
    }

    private static async Task<int> ShowAsync(
        CommandSession session,
        ElasticsearchSession elasticsearch,
        ConnectorRecord connector,
        int limit,
        int maxText,
        CancellationToken cancellationToken
    )
    {
        var environment = session.Environment;
        var options = ConnectorServiceOptions.From(session.Configuration, new JobWorker(string.Empty));
        var serviceType = connector.ServiceType
            ?? options.ServedAs(connector)
            ?? throw new CliException(ExitCode.Failed, $"Connector '{connector.Id}' has no service_type. Choose its source first.");
        var sources = new SourceCheck(session.Sources, environment.TimeProvider, store: elasticsearch.Gateway.Documents);
        var engine = session.Configuration.Engine;
        var request = JobSetup.Preview(connector, sources.Describe(serviceType));
        await using var source = JobSetup.OpenSource(connector, serviceType, sources);
        await sources.PingAsync(source, options.PingTimeout, cancellationToken);
        await using var extraction = new ContentExtraction(
            ServiceHost.WithSelf(engine.Content),
            environment.TimeProvider,
            session.LoggerFactory
        );
        var preview = new DocumentPreview(
            engine,
            extraction,
            environment.TimeProvider,
            session.LoggerFactory.CreateLogger<DocumentPreview>()
        );
        var found = await preview.ReadAsync(request, source, limit, cancellationToken);
        foreach (var document in found.Documents)
        {
            EscapingWriter.WriteLines(environment.Out, PreviewText.Render(document, maxText, isIndented: !session.IsJson));
        }

        foreach (var problem in found.Rejections.Samples)
        {
            await environment.Error.WriteLineAsync($"notice: {problem.Id}: {problem.Reason}");
        }

        if (!session.IsJson)
        {
            await environment.Out.WriteLineAsync(Summary(connector, found));
        }

        return ExitCode.Success;
    }

    private static string Summary(ConnectorRecord connector, PreviewedDocuments found)
    {
        var count = found.Documents.Count;
        var documents =
            !found.IsAll ? $"the first {SyncPace.Number(count)}"
            : count > 0 ? $"all {SyncPace.Number(count)}"
            : found.Excluded > 0 || found.Rejections.Total > 0 ? "no documents"
            : SyncMessages.NoDocuments(connector.Id);
        return $"{connector.Name ?? connector.Id}: {documents}"
            + (found.Excluded > 0 ? $"; sync rules left out {SyncPace.Number(found.Excluded)} before" : string.Empty)
            + (connector.Pipeline is { } pipeline ? $". The ingest pipeline {pipeline.Name} would change them further" : string.Empty)
            + ". (Preview: nothing was written.)";
    }
}
