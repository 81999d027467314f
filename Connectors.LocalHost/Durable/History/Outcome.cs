using System.Text.Json.Serialization;

namespace Connectors.LocalHost.Durable.History;

/// <summary>How an execution ended.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Terminated), "terminated")]
internal abstract record Outcome;

internal sealed record Completed(string? Output) : Outcome;

internal sealed record Failed(Failure Failure) : Outcome;

internal sealed record Terminated(string? Output, bool Recursive) : Outcome;

/// <summary>Never written as such: the history begins anew with the new input.</summary>
/// <param name="Carried">Events that were raised and not read.</param>
internal sealed record ContinuedAsNew(string? Input, IReadOnlyList<EventRaised> Carried) : Outcome;
