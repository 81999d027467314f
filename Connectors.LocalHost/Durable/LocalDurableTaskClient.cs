using Connectors.LocalHost.Durable.History;
using Connectors.LocalHost.Durable.Instances;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Connectors.LocalHost.Durable;

/// <summary>The client that functions get: it asks the runner in this process, and refuses what the real service refuses, with the same
/// exceptions.</summary>
internal sealed class LocalDurableTaskClient(DurableRunner runner, DataConverter converter) : DurableTaskClient("local")
{
    private const int LongestInstanceId = 100;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var instanceId = options?.InstanceId ?? NewId();
        if (
            instanceId.Length is 0 or > LongestInstanceId
            || instanceId[0] == '@'
            || instanceId.Any(item => item is '/' or '\\' or '#' or '?' || char.IsControl(item))
        )
        {
            throw new RpcException(
                new Status(
                    StatusCode.Internal,
                    $"'{instanceId}' can't be an instance id: 1 to {LongestInstanceId} characters, none of / \\ # ? or a control "
                        + "character, and no @ at the start."
                )
            );
        }

        var refusing = (options?.DedupeStatuses ?? [])
            .Select(item =>
                Enum.TryParse<OrchestrationRuntimeStatus>(item, ignoreCase: true, out var status)
                    ? status
                    : throw new ArgumentException($"'{item}' is not the status of an orchestration.", nameof(options))
            )
            .ToHashSet();
        var start = new ExecutionStarted(
            runner.Now,
            instanceId,
            NewId(),
            orchestratorName.Name,
            converter.Serialize(input),
            runner.Now,
            NotBefore: options?.StartAt?.UtcDateTime
        );
        return await runner.TryStartAsync(start, now => now is null || (now.IsFinished && !refusing.Contains(now.Status)), cancellation)
            ? instanceId
            : throw new OrchestrationAlreadyExistsException($"An orchestration instance with the id {instanceId} already exists.");
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return TellAsync(
            instanceId,
            new EventRaised(runner.Now, eventName, converter.Serialize(eventPayload)),
            "raise an event for",
            cancellation
        );
    }

    public override Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        TellAsync(
            instanceId,
            new TerminationRequested(runner.Now, converter.Serialize(options?.Output), options?.Recursive ?? false),
            "terminate",
            cancellation
        );

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new Suspended(runner.Now, reason), "suspend", cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new Resumed(runner.Now, reason), "resume", cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => WaitAsync(instanceId, state => state.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => WaitAsync(instanceId, state => state.IsFinished, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.FromResult(
            runner.Find(instanceId).State is { } state ? InstancePages.Describe(state, getInputsAndOutputs ? converter : null) : null
        );
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new InstancePages(
            () => runner.Instances.Select(item => item.State).OfType<OrchestrationState>(),
            filter ?? new OrchestrationQuery(),
            converter
        );

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) => new(await PurgeAsync(instanceId, options?.Recursive ?? false, cancellation));

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses);
        var count = 0;
        await foreach (var item in GetAllInstancesAsync(query).WithCancellation(cancellation))
        {
            count += await PurgeAsync(item.InstanceId, options?.Recursive ?? false, cancellation);
        }

        return new PurgeResult(count, isComplete: true);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string NewId() => Guid.NewGuid().ToString("N");

    private async Task<int> PurgeAsync(string instanceId, bool isRecursive, CancellationToken cancellation)
    {
        var children =
            isRecursive && runner.Find(instanceId).State is { IsFinished: true } state
                ? runner
                    .Instances.Where(item => item.State?.Start.Parent?.ExecutionId == state.Start.ExecutionId)
                    .Select(item => item.Id)
                    .ToList()
                : [];
        var count = await runner.PurgeAsync(instanceId, cancellation) ? 1 : 0;
        foreach (var child in children)
        {
            count += await PurgeAsync(child, isRecursive, cancellation);
        }

        return count;
    }

    private async Task TellAsync(string instanceId, Arrival arrival, string verb, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (runner.Find(instanceId).State is null)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"No instance with the id '{instanceId}' was found."));
        }

        if (
            !await runner.DeliverAsync(instanceId, null, arrival, cancellation)
            && runner.Find(instanceId).State is { IsFinished: true } state
        )
        {
            throw new RpcException(
                new Status(StatusCode.FailedPrecondition, $"Cannot {verb} instance '{instanceId}': it is in the {state.Status} state.")
            );
        }
    }

    private Task<OrchestrationMetadata> WaitAsync(
        string instanceId,
        Func<OrchestrationState, bool> condition,
        bool getInputsAndOutputs,
        CancellationToken cancellation
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return runner.WaitAsync(
            () =>
                runner.Find(instanceId).State is { } state && condition(state)
                    ? InstancePages.Describe(state, getInputsAndOutputs ? converter : null)
                    : null,
            cancellation
        );
    }
}
