using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Screen;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Init;

/// <summary>The story of <c>init</c>: Elasticsearch, the source, the file, the connector, what comes next.</summary>
internal sealed class InitRun(CommandSession session, InitOptions options)
{
    private readonly CliEnvironment _environment = session.Environment;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(options.File) && !options.Force)
        {
            throw new CliException(
                ExitCode.Failed,
                $"{options.File} is there already. Add --force to replace it (the old one is kept as {options.File}.bak), or -c FILE to "
                    + "write another one."
            );
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _environment.Shutdown.Stop);
        var canAsk = _environment.CanAsk && !options.NoInput && !session.IsJson;
        var ask = canAsk ? new Prompts(TerminalConsole.Of(_environment), either.Token) : null;
        var loggerFactory = session.CreateLog(LogLevel.Error).Factory;
        var first = new ElasticsearchStep(options, _environment, ask, loggerFactory);
        if (ask is null && (string[])[.. first.Missing(), .. SourceStep.Missing(options)] is { Length: > 0 } missing)
        {
            throw new CliException(ExitCode.Usage, $"init: not on a terminal. Missing: {string.Join("; ", missing)}.");
        }

        var (draft, configuration, gateway) = await first.RunAsync(either.Token);
        using (gateway)
        {
            var catalog = new SourceCatalog(
                configuration.Sources,
                configuration.Service.PluginsFolder,
                loggerFactory,
                _environment.TimeProvider
            );
            var wanted = await new SourceStep(options, _environment, ask, catalog, gateway).RunAsync(either.Token);

            // The connector comes first: the file names it, and Elasticsearch may choose its id. A file that can't be written afterwards
            // says which connector was made.
            ConnectorRecord? connector = null;
            if (wanted is not null)
            {
                draft = draft with { ReadsFiles = JobSetup.HasContent(catalog.Describe(wanted.ServiceType)) };
                var semantic = await new SemanticStep(options, ask, gateway).RunAsync(wanted.IndexName, either.Token);
                await ProtocolIndices.EnsureAsync(gateway.Documents, either.Token);
                connector = await new ConnectorIndex(gateway.Documents, _environment.TimeProvider).CreateAsync(wanted, either.Token);
                await SemanticFields.MapAsync(gateway, wanted.IndexName, semantic, either.Token);
            }

            try
            {
                ConfigWriter.Write(options.File, draft.Render(connector?.Id, connector?.ServiceType), draft.HoldsSecret);
            }
            catch (CliException problem) when (connector is not null)
            {
                throw new CliException(problem.ExitCode, $"{problem.Message} The connector {connector.Id} was made.");
            }

            Tell(draft, connector, first.ToBeSet);
        }

        return ExitCode.Success;
    }

    private void Tell(ConfigDraft draft, ConnectorRecord? connector, IReadOnlyList<string> toBeSet)
    {
        var output = _environment.Out;
        if (session.IsJson)
        {
            JsonLine.Write(
                output,
                new
                {
                    @event = "initialized",
                    file = options.File,
                    connectorId = connector?.Id,
                    connector?.ServiceType,
                    connector?.IndexName,
                }
            );
            return;
        }

        var readers =
            !draft.HoldsSecret ? ""
            : OperatingSystem.IsWindows() ? "; it holds a secret, so see who can read it"
            : ", readable by you only";
        output.WriteLine($"{options.File} is written{readers}.");
        var file = options.File == "config.yml" ? "" : $" -c {ShellWord.Of(options.File)}";
        if (connector is not null)
        {
            output.WriteLine($"Connector {connector.Name} ({connector.Id}) mirrors {connector.ServiceType} into {connector.IndexName}.");
        }

        output.WriteLine();
        output.WriteLine("Next:");
        foreach (var variable in toBeSet)
        {
            output.WriteLine($"  set the environment variable {variable}: {options.File} refers to it");
        }

        var id = connector?.Id ?? "ID";
        output.WriteLine($"  elastic-ingest doctor{file}");
        if (connector is null)
        {
            output.WriteLine($"  elastic-ingest source list{file}");
            output.WriteLine($"  elastic-ingest connector create --help");
        }
        else
        {
            output.WriteLine($"  elastic-ingest preview {ShellWord.Of(id)}{file}");
            output.WriteLine($"  elastic-ingest sync {ShellWord.Of(id)}{file}");
        }

        output.WriteLine($"  elastic-ingest poll{file}");
    }
}
