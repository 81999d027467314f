using Connectors.Abstractions;

namespace Connectors.Tests.Sources.Rest.Limits;

/// <summary>A place that is waited for however long it takes.</summary>
internal static class HostBudgetEntry
{
    public static async Task<IDisposable> EnterAsync(this HostBudget budget, TimeSpan spacing, CancellationToken cancellationToken) =>
        (await budget.TryEnterAsync(spacing, TimeSpan.MaxValue, new RequestWaits(), cancellationToken))!;
}
