namespace Connectors.Abstractions;

/// <summary>A source's answer to whether anything changed.</summary>
/// <param name="HasChanged">False only when the source is certain that nothing did.</param>
/// <param name="Mark">Facts about the source as they are now, in its own words and without secrets, to compare with next time; kept only when
/// this sync completes. <see langword="null"/> when the source can't tell.</param>
/// <param name="EstimatedDocuments">How many documents the source holds, if that is known cheaply; for progress only.</param>
public sealed record ChangeAnswer(bool HasChanged, string? Mark = null, long? EstimatedDocuments = null)
{
    /// <summary>The answer of a source that can't tell.</summary>
    public static ChangeAnswer Unknown { get; } = new(HasChanged: true);
}
