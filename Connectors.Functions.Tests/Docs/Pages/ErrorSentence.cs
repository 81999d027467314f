using Connectors.Abstractions;

namespace Connectors.Tests.Docs.Pages;

/// <summary>A sentence that a failure can have.</summary>
/// <param name="Text">As in the code; an ellipsis stands for what is only known when it happens.</param>
/// <param name="Kinds">Of which kinds such a failure can be.</param>
internal sealed record ErrorSentence(string Text, IReadOnlyList<FailureKind> Kinds);
