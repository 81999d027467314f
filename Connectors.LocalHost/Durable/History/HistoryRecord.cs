using System.Text.Json.Serialization;

namespace Connectors.LocalHost.Durable.History;

/// <summary>One line of an instance's history: something that reached the instance, or the turn that its orchestrator took in
/// answer.</summary>
/// <param name="At">When, in UTC.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(ExecutionStarted), "started")]
[JsonDerivedType(typeof(TaskCompleted), "completed")]
[JsonDerivedType(typeof(TaskFailed), "failed")]
[JsonDerivedType(typeof(TimerFired), "fired")]
[JsonDerivedType(typeof(EventRaised), "raised")]
[JsonDerivedType(typeof(Suspended), "suspended")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(TerminationRequested), "terminated")]
[JsonDerivedType(typeof(OrchestratorViolation), "condemned")]
[JsonDerivedType(typeof(Turn), "turn")]
internal abstract record HistoryRecord(DateTime At);

/// <summary>Something that reached an instance and that its orchestrator has to be told.</summary>
internal abstract record Arrival(DateTime At) : HistoryRecord(At);

/// <summary>The first record of a history: what runs, with which input.</summary>
/// <param name="ExecutionId">The same through continue-as-new, another one when the instance id is used again.</param>
/// <param name="CreatedAt">When the instance was started first; <paramref name="At"/> moves on with continue-as-new.</param>
/// <param name="NotBefore">When the first turn may be taken; null for at once.</param>
/// <param name="FirstTaskId">Task ids grow through continue-as-new, so that a late answer to an earlier generation meets nobody.</param>
/// <param name="Carried">Events that the generation before left unread.</param>
/// <param name="Received">The highest task id received from each sending execution: an event that is delivered again is known by
/// it.</param>
/// <param name="LastDecisions">What the generation before decided last: carried out again after a crash, as it may not have been.</param>
internal sealed record ExecutionStarted(
    DateTime At,
    string InstanceId,
    string ExecutionId,
    string Name,
    string? Input,
    DateTime CreatedAt,
    Parent? Parent = null,
    DateTime? NotBefore = null,
    int FirstTaskId = 0,
    IReadOnlyList<EventRaised>? Carried = null,
    IReadOnlyDictionary<string, int>? Received = null,
    IReadOnlyList<Decision>? LastDecisions = null
) : Arrival(At);

/// <summary>Whom a sub-orchestration answers.</summary>
internal sealed record Parent(string Name, string InstanceId, string ExecutionId, int TaskId);

/// <summary>An activity or a sub-orchestration came to its end.</summary>
internal sealed record TaskCompleted(DateTime At, int TaskId, string? Result) : Arrival(At);

/// <summary>An activity or a sub-orchestration threw.</summary>
internal sealed record TaskFailed(DateTime At, int TaskId, Failure Failure) : Arrival(At);

/// <summary>A durable timer's time came.</summary>
internal sealed record TimerFired(DateTime At, int TaskId) : Arrival(At);

/// <summary>An event from outside, or, with a <paramref name="Sender"/>, from another orchestrator.</summary>
internal sealed record EventRaised(DateTime At, string Name, string? Payload, EventSender? Sender = null) : Arrival(At);

/// <summary>The execution that sent an event, and the task id of the sending.</summary>
internal sealed record EventSender(string ExecutionId, int TaskId);

internal sealed record Suspended(DateTime At, string? Reason) : Arrival(At);

internal sealed record Resumed(DateTime At, string? Reason) : Arrival(At);

internal sealed record TerminationRequested(DateTime At, string? Output, bool Recursive) : Arrival(At);

/// <summary>After its turn, the orchestrator was seen to break a rule of orchestrators.</summary>
internal sealed record OrchestratorViolation(DateTime At, Failure Failure) : Arrival(At);

/// <summary>One run of the orchestrator from its start through everything that had arrived.</summary>
/// <param name="Arrivals">How many arrivals of this history the orchestrator has been told by now.</param>
/// <param name="Decisions">What it called in this turn, in order.</param>
/// <param name="Outcome">How it ended, if it did.</param>
internal sealed record Turn(DateTime At, int Arrivals, IReadOnlyList<Decision> Decisions, string? CustomStatus, Outcome? Outcome)
    : HistoryRecord(At);
