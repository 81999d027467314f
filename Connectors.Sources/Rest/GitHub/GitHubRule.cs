namespace Connectors.Sources.Rest.GitHub;

/// <summary>One rule.</summary>
/// <param name="Repository">NAME or OWNER/NAME.</param>
/// <param name="Issue">A search for issues; <see langword="null"/> for none of them.</param>
/// <param name="PullRequest">A search for pull requests; <see langword="null"/> for none of them.</param>
/// <param name="Branch">The branch whose files are mirrored.</param>
/// <param name="Path">The folder of the default branch whose files are mirrored.</param>
internal sealed record GitHubRule(string Repository, string? Issue, string? PullRequest, string? Branch, string? Path);
