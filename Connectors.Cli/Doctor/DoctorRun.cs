using System.Globalization;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Doctor;

/// <summary>
/// Checks everything that a sync needs, from the configuration to the sources. Writes nothing except a file in the state folder, which is
/// removed at once.
/// </summary>
internal sealed class DoctorRun(CommandSession session)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SkewToKnow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SkewThatBreaks = TimeSpan.FromMinutes(4);

    /// <summary>Runs the checks, in the order in which they depend on each other.</summary>
    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var configuration = session.Configuration;
        var wrongSources = session.SourceProblems().ToList();
        foreach (var problem in wrongSources)
        {
            yield return CheckResult.Failed("configuration", problem.ToString(), "Correct the class there, or take the entry out.");
        }

        if (session.NoFileNotice is { } noFile)
        {
            yield return CheckResult.Warning("configuration", noFile, CommandSession.NoFileRemedy);
        }
        else if (wrongSources.Count == 0)
        {
            yield return CheckResult.Ok(
                "configuration",
                configuration.Notices.Count == 0 ? "It can be read." : $"It can be read, with {configuration.Notices.Count} to note above."
            );
        }

        yield return StateFolderCheck.Run(configuration.Service.StateFolder);
        var time = session.Environment.TimeProvider;
        if (await ExtractionCheck.RunAsync(configuration.Engine.Content, time, cancellationToken) is { } extraction)
        {
            yield return extraction;
        }

        if (await ExtractionCheck.ServiceAsync(configuration.Engine.Content, time, cancellationToken) is { } service)
        {
            yield return service;
        }

        var (gateway, result) = await ConnectAsync(time, cancellationToken);
        yield return result;
        using (gateway)
        {
            if (gateway is null)
            {
                yield return CheckResult.Skipped("the rest", "Elasticsearch is not available.");
                yield break;
            }

            yield return await TryAsync("clock", () => ClockAsync(gateway.Checkup, cancellationToken));
            yield return await TryAsync("protocol indices", () => IndicesAsync(gateway.Checkup, cancellationToken));
            var (connectors, failure) = await ConnectorsAsync(gateway, time, cancellationToken);
            if (failure is not null)
            {
                yield return failure;
            }

            yield return await TryAsync("privileges", () =>
                PrivilegesAsync(gateway.Checkup, Indices(connectors, new SourceCheck(session.Sources, time)), cancellationToken)
            );
            var options = ConnectorServiceOptions.From(configuration, new JobWorker("doctor"));
            foreach (var item in failure?.State == CheckState.Failed ? [] : Listed(configuration.Connectors, connectors))
            {
                yield return item;
            }

            var sources = new SourceCheck(session.Sources, time, store: gateway.Documents);
            var checks = new ConnectorChecks(
                sources,
                gateway.Checkup,
                new SyncJobIndex(gateway.Documents, time),
                options,
                configuration.Engine.Content.Service is not null
            );
            foreach (var connector in connectors)
            {
                if (wrongSources.Exists(problem => problem.Key == $"sources.{options.ServedAs(connector)}"))
                {
                    yield return CheckResult.Skipped(
                        $"connector {connector.Name ?? connector.Id}",
                        $"The class of its source, {connector.ServiceType}, can't be used: see configuration."
                    );
                    continue;
                }

                foreach (var item in await checks.RunAsync(connector, connectors, cancellationToken))
                {
                    yield return item;
                }
            }
        }
    }

    /// <summary>Each entry of <c>connectors</c>: whether there is such a connector, of this type.</summary>
    private static IEnumerable<CheckResult> Listed(IReadOnlyList<ConnectorEntry> listed, IReadOnlyList<ConnectorRecord> connectors)
    {
        var problems = ListedConnectors.Problems(listed, connectors).ToLookup(problem => problem.Entry);
        foreach (var entry in listed)
        {
            var check = $"listed connector {entry.ConnectorId}";
            yield return problems[entry].FirstOrDefault() is { } problem
                ? CheckResult.Failed(check, problem.Problem, problem.Remedy)
                : CheckResult.Ok(check, $"It exists and is served here as {entry.ServiceType}.");
        }
    }

    private async Task<(ElasticsearchGateway? Gateway, CheckResult CheckResult)> ConnectAsync(
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        ElasticsearchGateway? gateway = null;
        try
        {
            gateway = new ElasticsearchGateway(
                ElasticsearchSession.Impatient(session.Configuration, LongestWait),
                time,
                new Random(),
                session.LoggerFactory
            );
            var info = await gateway.ConnectAsync(cancellationToken);
            var version = info.IsServerless ? "serverless" : info.Version?.ToString() ?? "of a version that these credentials may not see";
            return (gateway, CheckResult.Ok("elasticsearch", $"{version}, cluster '{info.ClusterName}'."));
        }
        catch (ConnectorException failure)
        {
            gateway?.Dispose();
            return (
                null,
                CheckResult.Failed(
                    "elasticsearch",
                    failure.Message,
                    // Most have a second sentence with the way out; two would contradict each other.
                    failure.Message.Contains(". ", StringComparison.Ordinal)
                        ? null
                        : "Check elasticsearch.host and the credentials; docs/configuration.md lists the settings."
                )
            );
        }
    }

    private static async Task<CheckResult> ClockAsync(ElasticsearchHealth checkup, CancellationToken cancellationToken)
    {
        if (await checkup.ClockSkewAsync(cancellationToken) is not { } skew)
        {
            return CheckResult.Skipped("clock", "Elasticsearch does not report its time.");
        }

        var text =
            $"This machine's clock is {Math.Abs(skew.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s "
            + $"{(skew > TimeSpan.Zero ? "ahead of" : "behind")} Elasticsearch's.";
        const string Remedy = "Let both machines set their clocks by NTP: schedules and signs of life are compared across machines.";
        return skew.Duration() >= SkewThatBreaks ? CheckResult.Failed("clock", text, Remedy)
            : skew.Duration() >= SkewToKnow ? CheckResult.Warning("clock", text, Remedy)
            : CheckResult.Ok("clock", "It agrees with Elasticsearch's.");
    }

    private static async Task<CheckResult> IndicesAsync(ElasticsearchHealth checkup, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var index in (string[])[ProtocolIndices.Connectors, ProtocolIndices.SyncJobs])
        {
            if (!await checkup.IndexExistsAsync(index, cancellationToken))
            {
                missing.Add(index);
            }
        }

        return missing.Count == 0
            ? CheckResult.Ok("protocol indices", "Both exist.")
            : CheckResult.Ok("protocol indices", $"{string.Join(" and ", missing)} will be made when first needed.");
    }

    private static async Task<(IReadOnlyList<ConnectorRecord> Connectors, CheckResult? Failure)> ConnectorsAsync(
        ElasticsearchGateway gateway,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var connectors = new List<ConnectorRecord>();
        try
        {
            await foreach (var connector in new ConnectorIndex(gateway.Documents, time).ListAsync(cancellationToken))
            {
                connectors.Add(connector);
            }
        }
        catch (ConnectorException failure)
        {
            return ([], CheckResult.Failed("connectors", failure.Message, "Give the credentials the privileges of docs/security.md."));
        }

        return (
            connectors,
            connectors.Count == 0
                ? CheckResult.Warning("connectors", "There are none.", "Make one in Kibana, or with `elastic-ingest connector create`.")
                : null
        );
    }

    /// <summary>The indices that syncs fill: content indices, and the identity indices of connectors that have one.</summary>
    private static IReadOnlyList<string> Indices(IReadOnlyList<ConnectorRecord> connectors, SourceCheck sources)
    {
        var content = connectors.Select(connector => connector.IndexName).OfType<string>();
        var identities = connectors
            .Where(connector => connector.IndexName is not null && AccessControlCheck.IsOn(connector, sources))
            .Select(connector => ProtocolIndices.AccessControlOf(connector.IndexName!));
        return [.. content.Concat(identities).Distinct(StringComparer.Ordinal)];
    }

    private static async Task<CheckResult> PrivilegesAsync(
        ElasticsearchHealth checkup,
        IReadOnlyList<string> indices,
        CancellationToken cancellationToken
    )
    {
        return await checkup.MissingPrivilegesAsync(indices, cancellationToken) switch
        {
            null => CheckResult.Skipped("privileges", "Security is disabled in the cluster."),
            { Count: 0 } => CheckResult.Ok("privileges", "The credentials have all required privileges."),
            var missing => CheckResult.Failed(
                "privileges",
                $"Missing: {string.Join(", ", missing)}.",
                "Give the API key or the user these privileges; docs/security.md has a role to copy."
            ),
        };
    }

    private static async Task<CheckResult> TryAsync(string check, Func<Task<CheckResult>> look)
    {
        try
        {
            return await look();
        }
        catch (ConnectorException failure)
        {
            return CheckResult.Failed(check, failure.Message, "Give the credentials the privileges of docs/security.md.");
        }
    }
}
