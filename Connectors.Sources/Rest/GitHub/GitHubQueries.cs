namespace Connectors.Sources.Rest.GitHub;

/// <summary>The GraphQL queries.</summary>
internal static class GitHubQueries
{
    /// <summary>The name of the first of several repositories in one query.</summary>
    public const string FirstAlias = "repo0";

    public const string Viewer = "query { viewer { login } }";

    public const string Members =
        "query ($orgName: String!, $cursor: String) { organization(login: $orgName) { membersWithRole(first: 100, after: $cursor) "
        + "{ pageInfo { hasNextPage endCursor } edges { node { id login email createdAt } } } } }";

    public const string Collaborators =
        "query ($orgName: String!, $repoName: String!, $cursor: String) { repository(owner: $orgName, name: $repoName) "
        + "{ collaborators(first: 100, after: $cursor) { pageInfo { hasNextPage endCursor } edges { node { id login email } } } } }";

    private const string RepositoryFields =
        "id updatedAt name nameWithOwner url description visibility primaryLanguage { name } defaultBranchRef { name } isFork "
        + "stargazerCount "
        + "watchers { totalCount } forkCount createdAt isArchived";

    private const string CommonFields = "id updatedAt number url createdAt closedAt title body state author { login }";

    /// <summary>
    /// What is listed below issues and pull requests: name in GitHub, name in the document, its fields, how many at a time.
    /// </summary>
    public static IReadOnlyList<GitHubList> IssueLists { get; } =
    [
        new("comments", "issue_comments", "author { login } body"),
        new("labels", "labels_field", "name description"),
        new("assignees", "assignees_list", "login"),
    ];

    /// <summary>The same of pull requests.</summary>
    public static IReadOnlyList<GitHubList> PullRequestLists { get; } =
    [
        .. IssueLists,
        new("reviews", "reviews_comments", "id author { login } state body comments(first: 100) { nodes { body } }", 45),
        new("reviewRequests", "requested_reviewers", "requestedReviewer { ... on User { login } }"),
    ];

    private static string IssueFields { get; } = $"{CommonFields} {Lists(IssueLists)}";

    private static string PullRequestFields { get; } = $"{CommonFields} mergedAt {Lists(PullRequestLists)}";

    /// <summary>The repositories of an owner.</summary>
    /// <param name="owner"><c>user</c> or <c>organization</c>.</param>
    /// <param name="variable"><c>login</c> or <c>orgName</c>.</param>
    public static string Repositories(string owner, string variable) =>
        $"query (${variable}: String!, $cursor: String) {{ {owner}(login: ${variable}) {{ repositories(first: 100, after: $cursor) "
        + $"{{ pageInfo {{ hasNextPage endCursor }} nodes {{ {RepositoryFields} }} }} }} }}";

    /// <summary>Some repositories by name, as <c>repo0</c>, <c>repo1</c> and so on.</summary>
    public static string RepositoriesByName(int count)
    {
        var numbers = Enumerable.Range(0, count).ToList();
        return $"query ({string.Join(", ", numbers.Select(number => $"$repo{number}_owner: String!, $repo{number}_name: String!"))}) {{ "
            + string.Join(
                ' ',
                numbers.Select(number =>
                    $"repo{number}: repository(owner: $repo{number}_owner, name: $repo{number}_name) {{ {RepositoryFields} }}"
                )
            )
            + " }";
    }

    /// <summary>The issues or pull requests of a repository.</summary>
    public static string Items(bool arePullRequests) =>
        $"query ($owner: String!, $name: String!, $cursor: String) {{ repository(owner: $owner, name: $name) {{ "
        + $"{(arePullRequests ? "pullRequests" : "issues")}"
        + $"(first: {PageOf(arePullRequests)}, after: $cursor) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ "
        + $"{(arePullRequests ? PullRequestFields : IssueFields)} }} }} }} }}";

    /// <summary>Issues or pull requests by a search.</summary>
    public static string Search(bool arePullRequests) =>
        "query ($filter_query: String!, $cursor: String) { search(query: $filter_query, type: ISSUE, first: 50, after: $cursor) "
        + $"{{ pageInfo {{ hasNextPage endCursor }} nodes {{ ... on "
        + $"{(arePullRequests ? $"PullRequest {{ {PullRequestFields}" : $"Issue {{ {IssueFields}")} }} }} }} }}";

    /// <summary>Further entries of a list below an issue or pull request.</summary>
    public static string More(bool isPullRequest, GitHubList list) =>
        $"query ($owner: String!, $name: String!, $number: Int!, $cursor: String) {{ repository(owner: $owner, name: $name) "
        + $"{{ {(isPullRequest ? "pullRequest" : "issue")}(number: $number) {{ {List(list, ", after: $cursor")} }} }} }}";

    private static int PageOf(bool arePullRequests) => arePullRequests ? 25 : 50;

    private static string Lists(IEnumerable<GitHubList> lists) => string.Join(' ', lists.Select(list => List(list, string.Empty)));

    private static string List(GitHubList list, string after) =>
        $"{list.Name}(first: {list.Size}{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {list.Fields} }} }}";
}
