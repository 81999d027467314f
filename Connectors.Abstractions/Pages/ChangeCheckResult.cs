namespace Connectors.Abstractions;

/// <summary>The result of asking a source whether anything changed.</summary>
/// <param name="HasChanged">False only when the source is certain that nothing did.</param>
/// <param name="ChangeToken">
/// A token for the source's current state, in its own format and without secrets, to compare with next time; stored only when this sync
/// completes. <see langword="null"/> when the source can't tell.
/// </param>
/// <param name="EstimatedDocuments">How many documents the source holds, if that is known cheaply; for progress only.</param>
public sealed record ChangeCheckResult(bool HasChanged, string? ChangeToken = null, long? EstimatedDocuments = null)
{
    /// <summary>The result of a source that can't tell.</summary>
    public static ChangeCheckResult Unknown { get; } = new(HasChanged: true);
}
