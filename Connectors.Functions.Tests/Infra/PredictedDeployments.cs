using Connectors.Tests.Infra;
using Xunit;

[assembly: AssemblyFixture(typeof(PredictedDeployments))]

namespace Connectors.Tests.Infra;

/// <summary>The variants of the deployment that the tests look at, each evaluated once for all of them, when it is first asked for.</summary>
public sealed class PredictedDeployments
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<PredictedDeployment>> _known = new(StringComparer.Ordinal);

    /// <summary>What azd makes when nothing is chosen.</summary>
    internal Task<PredictedDeployment> Plain => Once(nameof(Plain));

    /// <summary>Virtual network and Durable Task Scheduler.</summary>
    internal Task<PredictedDeployment> Closed => Once(
        nameof(Closed), ("PRIVATE_NETWORK", "true"), ("DURABLE_BACK_END", "DurableTaskScheduler"), ("ALERT_EMAIL", "operator@example.com"));

    /// <summary>Virtual network, with two address ranges that may come in.</summary>
    internal Task<PredictedDeployment> Ajar => Once(nameof(Ajar), ("PRIVATE_NETWORK", "true"), ("ALLOWED_ADDRESSES", "192.0.2.0/24,198.51.100.7/32"));

    private Task<PredictedDeployment> Once(string name, params (string Name, string Value)[] changes)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(name, out var deployment))
            {
                deployment = PredictedDeployment.OfAsync(changes);
                _known.Add(name, deployment);
            }

            return deployment;
        }
    }
}
