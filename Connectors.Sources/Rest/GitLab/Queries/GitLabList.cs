namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>A list below an issue, epic or merge request.</summary>
/// <param name="Widget">The part of a work item that has it; empty for a merge request, which has it itself.</param>
/// <param name="Name">GitLab's name of it.</param>
/// <param name="Fields">What is asked of each entry.</param>
/// <param name="Size">Entries a page.</param>
internal sealed record GitLabList(string Widget, string Name, string Fields, int Size);
