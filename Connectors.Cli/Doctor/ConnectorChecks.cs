using Connectors.Abstractions;
using Connectors.Cli.Input;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Doctor;

/// <summary>Checks one connector: its source responds, its index is its own, its schedules and sync rules are valid, its pipeline
/// exists.</summary>
/// <param name="sources">The sources.</param>
/// <param name="checkup">Asks Elasticsearch.</param>
/// <param name="jobs">The jobs.</param>
/// <param name="options">What is served.</param>
/// <param name="hasExtractionService">Whether an extraction service is configured.</param>
internal sealed class ConnectorChecks(
    SourceCheck sources,
    ElasticsearchHealth checkup,
    SyncJobIndex jobs,
    ConnectorServiceOptions options,
    bool hasExtractionService
)
{
    private const string RulesRemedy =
        "Correct the connector's sync rules in Kibana, or as docs/sync-rules.md says, then run `elastic-ingest doctor` again.";

    private readonly ScheduleCheck _schedules = new(sources);
    private readonly LastSyncCheck _lastSyncs = new(jobs);

    /// <summary>Runs the checks. Whatever breaks one is told of this connector: the others are checked all the same.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="others">All connectors, for what two of them must not share.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(
        ConnectorRecord connector,
        IReadOnlyList<ConnectorRecord> others,
        CancellationToken cancellationToken
    )
    {
        var name = $"connector {connector.Name ?? connector.Id}";
        try
        {
            return await RunAsync(name, connector, others, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return [Broken(name, failure)];
        }
    }

    private async Task<IReadOnlyList<CheckResult>> RunAsync(
        string name,
        ConnectorRecord connector,
        IReadOnlyList<ConnectorRecord> others,
        CancellationToken cancellationToken
    )
    {
        if (options.ServedAs(connector) is not { } serviceType)
        {
            return
            [
                CheckResult.Skipped(
                    name,
                    options.IsOfUnknownType(connector) ? $"Not served here. {WhyUnknown(connector.ServiceType!)}"
                        : connector.ServiceType is { } type
                        ? $"Not served here: neither is its id '{connector.Id}' under connectors, nor its service type '{type}' in "
                            + "native_service_types."
                        : $"Not served here: its id '{connector.Id}' is not under connectors, and it has no service type yet."
                ),
            ];
        }

        var results = new List<CheckResult>();
        if (connector.IndexName is null)
        {
            results.Add(
                CheckResult.Failed(
                    name,
                    "It has no index.",
                    $"Attach one: `{Edit(connector)} --index NAME`, or in Kibana."
                )
            );
        }
        else if (await checkup.ContentIndexProblemAsync(connector.IndexName, cancellationToken) is { } problem)
        {
            results.Add(
                CheckResult.Failed(
                    name,
                    problem,
                    $"Attach another index: `{Edit(connector)} --index NAME`, or in Kibana."
                )
            );
        }
        else if (others.FirstOrDefault(other => other.Id != connector.Id && other.IndexName == connector.IndexName) is { } rival)
        {
            results.Add(
                CheckResult.Failed(
                    name,
                    $"Connector '{rival.Id}' fills the same index, {connector.IndexName}: each would delete what the other one writes.",
                    $"Give one of them another index: `{Edit(connector)} --index NAME`."
                )
            );
        }

        results.AddRange(_schedules.Run(name, serviceType, connector));

        var wrongRules = Rules(name, serviceType, connector);
        results.Add(await SourceAsync(name, serviceType, connector, hasRules: wrongRules is null, cancellationToken));
        if (wrongRules is not null)
        {
            results.Add(wrongRules);
        }

        if (connector.DraftProblems is { Count: > 0 } problems)
        {
            results.Add(
                CheckResult.Warning(
                    name,
                    $"The sync rules that were drafted are invalid and not in force: {string.Join(' ', problems)}",
                    "Correct the draft in Kibana, or as docs/sync-rules.md says. A running `elastic-ingest poll` checks it then, or "
                        + "`elastic-ingest poll --one-sync`."
                )
            );
        }

        if (connector.HasUncheckedDraft)
        {
            results.Add(
                CheckResult.Warning(
                    name,
                    "A draft of its sync rules waits to be checked; until then the rules before it stay in force.",
                    "A running `elastic-ingest poll` checks it, or `elastic-ingest poll --one-sync` now."
                )
            );
        }

        if (!hasExtractionService && UsesExtractionService(serviceType, connector))
        {
            results.Add(
                CheckResult.Failed(
                    name,
                    "use_text_extraction_service is on, but extraction_service.host is not set: its syncs fail.",
                    "Set extraction_service.host in config.yml, or switch the field off: "
                        + $"`{Edit(connector)} --set {CommonFields.UseExtractionService}=false`, or in Kibana."
                )
            );
        }

        if (connector.Pipeline is { } pipeline && await checkup.PipelineExistsAsync(pipeline.Name, cancellationToken) == false)
        {
            results.Add(
                CheckResult.Failed(
                    name,
                    $"The ingest pipeline '{pipeline.Name}' does not exist: every document would be rejected.",
                    "Make the pipeline, or choose another one in the connector's settings."
                )
            );
        }

        results.AddRange(await _lastSyncs.RunAsync(name, connector, sources, cancellationToken));
        return results;
    }

    private string WhyUnknown(string serviceType)
    {
        try
        {
            return sources.Describe(serviceType).Name;
        }
        catch (ConnectorException failure)
        {
            return failure.Message;
        }
    }

    private bool UsesExtractionService(string serviceType, ConnectorRecord connector)
    {
        try
        {
            return Lookup.FindDescription(sources, serviceType) is { } source
                && JobSetup.HasContent(source)
                && SourceSettings
                    .FromConfiguration(connector.Configuration, source.Fields)
                    .GetBoolean(CommonFields.UseExtractionService);
        }
        catch (ConnectorException)
        {
            // Told by the check of the source.
            return false;
        }
    }

    private CheckResult? Rules(string name, string serviceType, ConnectorRecord connector)
    {
        if (Lookup.FindDescription(sources, serviceType) is not { } source)
        {
            return null;
        }

        try
        {
            JobSetup.Rules(connector.ActiveFiltering, source);
            return null;
        }
        catch (ConnectorException failure)
        {
            return CheckResult.Failed(name, failure.Message, RulesRemedy);
        }
    }

    private async Task<CheckResult> SourceAsync(
        string name,
        string serviceType,
        ConnectorRecord connector,
        bool hasRules,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var source = hasRules
                ? JobSetup.OpenSource(connector, serviceType, sources)
                : sources.Open(connector.Id, serviceType, connector.Configuration);
            await sources.PingAsync(source, options.PingTimeout, cancellationToken);
            return CheckResult.Ok(name, $"{source.Description.Name} answers.");
        }
        catch (ConnectorException failure)
        {
            var missing = Lookup.FindDescription(sources, serviceType) is { } known
                ? FieldAssignments.Missing(known.Fields, connector.Configuration)
                : "";
            var edit = $"{Edit(connector)}{(missing.Length > 0 ? missing : " --set field=value")}";
            var rules = SyncRules.AdvancedOf(connector.ActiveFiltering) is null ? "" : " or its sync rules";
            var isIll = failure.Kind == FailureKind.Retry && missing.Length == 0;
            var first = isIll ? "Look at the service and at the network, or try again later. If its address is wrong, fix" : "Fix";
            return CheckResult.Failed(
                name,
                failure.Message,
                $"{first} the connector's configuration (`{edit}`, or in Kibana){rules}, then run `elastic-ingest doctor` again."
            );
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return Broken(name, failure);
        }
    }

    internal static string Edit(ConnectorRecord connector) => $"elastic-ingest connector edit {ShellWord.Of(connector.Id)}";

    private static CheckResult Broken(string name, Exception failure) =>
        failure is ConnectorException
            ? CheckResult.Failed(name, failure.Message, "Put that right, then run `elastic-ingest doctor` again.")
            : CheckResult.Failed(name, UnexpectedFailure.Sentence(failure), "`elastic-ingest doctor --debug` tells where it happened.") with
            {
                Failure = failure,
            };
}
