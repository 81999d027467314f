using System.Globalization;
using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Connectors.LocalHost.Durable.Instances;

/// <summary>Instances that a query asks for, the oldest first, in pages.</summary>
internal sealed class InstancePages(Func<IEnumerable<OrchestrationState>> states, OrchestrationQuery query, DataConverter converter)
    : AsyncPageable<OrchestrationMetadata>
{
    /// <summary>What the client tells of an instance.</summary>
    /// <param name="withContents">Reads inputs and outputs; null to leave them out.</param>
    public static OrchestrationMetadata Describe(OrchestrationState state, DataConverter? withContents)
    {
        var hasContents = withContents is not null;
        return new OrchestrationMetadata(state.Start.Name, state.Start.InstanceId)
        {
            RuntimeStatus = state.Status,
            CreatedAt = new DateTimeOffset(state.Start.CreatedAt, TimeSpan.Zero),
            LastUpdatedAt = new DateTimeOffset(state.LastUpdatedAt, TimeSpan.Zero),
            DataConverter = withContents,
            SerializedInput = hasContents ? state.Start.Input : null,
            SerializedOutput = hasContents ? Output(state) : null,
            SerializedCustomStatus = hasContents ? state.CustomStatus : null,
            FailureDetails = hasContents ? (state.Outcome as Failed)?.Failure.ToDetails() : null,
        };
    }

    public override async IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        var after = continuationToken ?? query.ContinuationToken;
        var size = Math.Max(1, pageSizeHint ?? query.PageSize);
        while (true)
        {
            var found = states()
                .Where(IsWanted)
                .OrderBy(Key, StringComparer.Ordinal)
                .SkipWhile(item => after is not null && string.CompareOrdinal(Key(item), after) <= 0)
                .Take(size + 1)
                .ToList();
            after = found.Count > size ? Key(found[size - 1]) : null;
            yield return new Page<OrchestrationMetadata>(
                [.. found.Take(size).Select(item => Describe(item, query.FetchInputsAndOutputs ? converter : null))],
                after
            );
            if (after is null)
            {
                yield break;
            }

            await Task.Yield();
        }
    }

    // As the real service has it: JSON, except for what went wrong and why it waits, which are plain text.
    private static string? Output(OrchestrationState state) =>
        state.Outcome switch
        {
            Completed completed => completed.Output,
            Failed failed => failed.Failure.Message,
            Terminated terminated => terminated.Output,
            _ => state.Suspension?.Reason,
        };

    private static string Key(OrchestrationState state) =>
        state.Start.CreatedAt.Ticks.ToString("D19", CultureInfo.InvariantCulture) + state.Start.InstanceId;

    private bool IsWanted(OrchestrationState state) =>
        (query.CreatedFrom is not { } from || state.Start.CreatedAt >= from.UtcDateTime)
        && (query.CreatedTo is not { } to || state.Start.CreatedAt <= to.UtcDateTime)
        && (query.Statuses is not { } statuses || !statuses.Any() || statuses.Contains(state.Status))
        && (query.InstanceIdPrefix is not { } prefix || state.Start.InstanceId.StartsWith(prefix, StringComparison.Ordinal));
}
