using Connectors.Sync.Configuration;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>What a service serves, and how often it polls.</summary>
internal sealed record ConnectorServiceOptions
{
    /// <summary>The settings of <c>service</c>.</summary>
    public ServiceOptions Service { get; init; } = new();

    /// <summary>Connectors served by id.</summary>
    public IReadOnlyList<ConnectorEntry> Connectors { get; init; } = [];

    /// <summary>Service types whose connectors are all served.</summary>
    public IReadOnlyList<string> ServiceTypes { get; init; } = [];

    /// <summary>Service types that there are sources for, served here or not; empty when that is not known.</summary>
    public IReadOnlyCollection<string> KnownServiceTypes { get; init; } = [];

    /// <summary>Who takes jobs here (<see cref="WorkerSlot"/>).</summary>
    public required JobWorker Worker { get; init; }

    /// <summary>Whether another worker of this machine, by its id, is surely dead.</summary>
    internal Func<string, bool> IsDead { get; init; } = _ => false;

    /// <summary>How often a running job's <c>last_seen</c> and counts are written. Default 10 s; others take a job that is silent for
    /// <see cref="IdleAfter"/> for dead.</summary>
    public TimeSpan JobHeartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a running job's document is asked whether the user cancelled it; each page asks the answer. Default
    /// 1 s.</summary>
    public TimeSpan CancelCheck { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a cancelled job may take to finish the pages in flight; then it is stopped in their middle. Default 2
    /// minutes.</summary>
    public TimeSpan CancelPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a running job may be silent before it counts as dead. Default 5 minutes, as in Elastic's own service.</summary>
    public TimeSpan IdleAfter { get; init; } = JobSilence.Abandoned;

    /// <summary>How long a source may take to answer whether it is there. Default 60 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How a sync tries again what may pass in its source.</summary>
    internal BackoffPolicy SourceRetries { get; init; } = BackoffPolicy.None;

    /// <summary>
    /// Level of the message about a completed poll. Default debug; a host whose operators are alerted by its absence logs it as
    /// information.
    /// </summary>
    public LogLevel PollDoneLevel { get; init; } = LogLevel.Debug;

    /// <summary>What is served, in words.</summary>
    public string Served
    {
        get
        {
            var types = ServiceTypes.Count == 0 ? null : $"every connector of the service types {string.Join(", ", ServiceTypes)}";
            var ids = Connectors.Count == 0 ? null : $"the connectors {string.Join(", ", Connectors.Select(entry => entry.ConnectorId))}";
            return types is null && ids is null ? "nothing" : string.Join(" and ", new[] { types, ids }.OfType<string>());
        }
    }

    /// <summary>The options of a configuration.</summary>
    public static ConnectorServiceOptions From(ServiceConfiguration configuration, JobWorker worker)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new ConnectorServiceOptions
        {
            Service = configuration.Service,
            Connectors = configuration.Connectors,
            ServiceTypes = configuration.NativeServiceTypes,
            KnownServiceTypes = [.. configuration.Sources.Keys],
            Worker = worker,
            SourceRetries = configuration.Engine.SourceRetries,
        };
    }

    /// <summary>Whether a connector is of a service type that there is no source for, and not one that is served by its id.</summary>
    internal bool IsOfUnknownType(ConnectorRecord connector) =>
        KnownServiceTypes.Count > 0
        && connector.ServiceType is { } type
        && !KnownServiceTypes.Contains(type)
        && ServedAs(connector) is null;

    /// <summary>The source of a connector that is served, or <see langword="null"/> when it isn't served; empty when it is but nobody says
    /// what source it has.</summary>
    public string? ServedAs(ConnectorRecord connector)
    {
        ArgumentNullException.ThrowIfNull(connector);
        var entry = Connectors.FirstOrDefault(known => known.ConnectorId == connector.Id);
        return entry is not null ? connector.ServiceType ?? entry.ServiceType
            : connector.ServiceType is { } type && ServiceTypes.Contains(type) ? type
            : null;
    }
}
