using Connectors.Abstractions;

namespace Connectors.Testing;

/// <summary>A page copied out of its buffer.</summary>
/// <param name="Partition">The partition that it is of.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Contents">Their contents, of those that have one.</param>
/// <param name="Unreadable">See <see cref="SourcePage.UnreadableIds"/>.</param>
/// <param name="Problems">See <see cref="SourcePage.Problems"/>.</param>
/// <param name="Gap">See <see cref="SourcePage.Gap"/>.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="IsLast">Whether the partition ends here.</param>
/// <param name="Restarts">See <see cref="SourcePage.Restarts"/>.</param>
public sealed record ReadPage(
    SourcePartition Partition,
    IReadOnlyList<ReadDocument> Documents,
    IReadOnlyList<DocumentContent> Contents,
    IReadOnlyList<string> Unreadable,
    IReadOnlyList<SourceProblem> Problems,
    string? Gap,
    PageToken Next,
    bool IsLast,
    bool Restarts
);
