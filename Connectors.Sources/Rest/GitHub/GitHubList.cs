namespace Connectors.Sources.Rest.GitHub;

/// <summary>A list below an issue or pull request.</summary>
/// <param name="Name">GitHub's name of it.</param>
/// <param name="Field">The document's.</param>
/// <param name="Fields">What is asked of each entry.</param>
/// <param name="Size">Entries a page.</param>
internal sealed record GitHubList(string Name, string Field, string Fields, int Size = 100);
