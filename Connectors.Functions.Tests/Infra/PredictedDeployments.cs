using Connectors.Tests.Infra;
using Xunit;

[assembly: AssemblyFixture(typeof(PredictedDeployments))]

namespace Connectors.Tests.Infra;

/// <summary>The variants of the deployment that the tests look at, each evaluated once for all of them, when it is first asked
/// for.</summary>
public sealed class PredictedDeployments
{
    /// <summary>The object id of the developer of <see cref="Full"/>.</summary>
    internal const string Developer = "00000000-0000-0000-0000-00000000000d";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<PredictedDeployment>> _known = new(StringComparer.Ordinal);

    /// <summary>What azd makes when nothing is chosen.</summary>
    internal Task<PredictedDeployment> Plain => Once(nameof(Plain));

    /// <summary>Virtual network and Durable Task Scheduler.</summary>
    internal Task<PredictedDeployment> Closed =>
        Once(
            nameof(Closed),
            ("PRIVATE_NETWORK", "true"),
            ("DURABLE_BACK_END", "DurableTaskScheduler"),
            ("ALERT_EMAIL", "operator@example.com")
        );

    /// <summary>Virtual network, with two address ranges that may come in.</summary>
    internal Task<PredictedDeployment> Ajar =>
        Once(nameof(Ajar), ("PRIVATE_NETWORK", "true"), ("ALLOWED_ADDRESSES", "192.0.2.0/24,198.51.100.7/32"));

    /// <summary>Every variable that may be empty is, as a workflow passes those that are not set.</summary>
    internal Task<PredictedDeployment> Empty =>
        Once(
            nameof(Empty),
            [
                .. BicepCompiler
                    .ParameterVariables.Except(["AZURE_ENV_NAME", "AZURE_LOCATION", "ELASTICSEARCH_HOST"])
                    .Select(name => (name, string.Empty)),
            ]
        );

    /// <summary>What is off by default is on: a budget, instances that are always ready, roles for a developer, the log of all requests to
    /// the storage account.</summary>
    internal Task<PredictedDeployment> Full =>
        Once(
            nameof(Full),
            parameters =>
                parameters
                    .Replace("param alwaysReadyInstances = 0", "param alwaysReadyInstances = 2", StringComparison.Ordinal)
                    .Replace("param monthlyBudget = 0", "param monthlyBudget = 50", StringComparison.Ordinal)
                    .Replace("param budgetStart = ''", "param budgetStart = '2026-12-01'", StringComparison.Ordinal)
                    .Replace("param storageLogs = 'blob'", "param storageLogs = 'all'", StringComparison.Ordinal),
            ("DURABLE_BACK_END", "DurableTaskScheduler"),
            ("DEVELOPER_PRINCIPAL_ID", Developer),
            ("ALERT_EMAIL", "operator@example.com")
        );

    private Task<PredictedDeployment> Once(string name, params (string Name, string Value)[] changes) =>
        Once(name, parameters => parameters, changes);

    private Task<PredictedDeployment> Once(string name, Func<string, string> edit, params (string Name, string Value)[] changes)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(name, out var deployment))
            {
                deployment = PredictedDeployment.OfAsync(edit, changes);
                _known.Add(name, deployment);
            }

            return deployment;
        }
    }
}
