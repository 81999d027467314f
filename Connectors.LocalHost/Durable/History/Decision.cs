using System.Text.Json.Serialization;

namespace Connectors.LocalHost.Durable.History;

/// <summary>One thing an orchestrator asked for. It is carried out only once it is on disk.</summary>
/// <param name="TaskId">Counts up within the instance; what answers the decision carries it.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(ActivityCalled), "activity")]
[JsonDerivedType(typeof(SubOrchestrationCalled), "orchestration")]
[JsonDerivedType(typeof(TimerCreated), "timer")]
[JsonDerivedType(typeof(EventSent), "event")]
internal abstract record Decision(int TaskId)
{
    /// <summary>What must be the same at every replay, in words.</summary>
    [JsonIgnore]
    public abstract string Call { get; }
}

internal sealed record ActivityCalled(int TaskId, string Name, string? Input) : Decision(TaskId)
{
    public override string Call => $"activity '{Name}'";
}

internal sealed record SubOrchestrationCalled(int TaskId, string Name, string InstanceId, string? Input) : Decision(TaskId)
{
    public override string Call => $"sub-orchestration '{Name}' as instance '{InstanceId}'";
}

internal sealed record TimerCreated(int TaskId, DateTime FireAt) : Decision(TaskId)
{
    public override string Call => "a timer";
}

internal sealed record EventSent(int TaskId, string InstanceId, string Name, string? Payload) : Decision(TaskId)
{
    public override string Call => $"event '{Name}' to instance '{InstanceId}'";
}
