using Connectors.Tests.Infra;
using Xunit;

[assembly: AssemblyFixture(typeof(PredictedDeployments))]

namespace Connectors.Tests.Infra;

/// <summary>The variants of the deployment that the tests look at, each evaluated once for all of them.</summary>
public sealed class PredictedDeployments
{
    private readonly Lazy<Task<PredictedDeployment>> _plain = new(() => PredictedDeployment.OfAsync());

    private readonly Lazy<Task<PredictedDeployment>> _closed = new(() => PredictedDeployment.OfAsync(
        ("PRIVATE_NETWORK", "true"), ("DURABLE_BACK_END", "DurableTaskScheduler"), ("ALERT_EMAIL", "operator@example.com")));

    private readonly Lazy<Task<PredictedDeployment>> _ajar = new(() => PredictedDeployment.OfAsync(
        ("PRIVATE_NETWORK", "true"), ("ALLOWED_ADDRESSES", "192.0.2.0/24,198.51.100.7/32")));

    /// <summary>What azd makes when nothing is chosen.</summary>
    internal Task<PredictedDeployment> Plain => _plain.Value;

    /// <summary>Virtual network and Durable Task Scheduler.</summary>
    internal Task<PredictedDeployment> Closed => _closed.Value;

    /// <summary>Virtual network, with two address ranges that may come in.</summary>
    internal Task<PredictedDeployment> Ajar => _ajar.Value;
}
