namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>
/// The GraphQL queries. Pages are small enough for GitLab's limit of a query's complexity, which counts a list by the size of its page,
/// once more for each list in it.
/// </summary>
internal static class GitLabQueries
{
    private const string Page = "pageInfo { hasNextPage endCursor }";
    private const string People = "username name";
    private const string Label = "title";

    private const string NoteFields =
        "id body createdAt updatedAt system position { newLine oldLine newPath oldPath positionType } author { username name }";

    private const string ProjectFields =
        "id name path fullPath description visibility starCount forksCount createdAt lastActivityAt archived webUrl repository { rootRef "
        + "} group { id fullPath }";

    private static readonly string Notes = List(new GitLabList(string.Empty, "notes", NoteFields, 50), string.Empty);

    private static readonly string DiscussionFields = $"id {Notes}";

    /// <summary>What is listed below an issue.</summary>
    public static IReadOnlyList<GitLabList> IssueLists { get; } =
    [
        new("WorkItemWidgetAssignees", "assignees", People, 20),
        new("WorkItemWidgetLabels", "labels", Label, 20),
        new("WorkItemWidgetNotes", "discussions", DiscussionFields, 50),
    ];

    /// <summary>The same of an epic.</summary>
    public static IReadOnlyList<GitLabList> EpicLists { get; } =
    [
        .. IssueLists,
        new("WorkItemWidgetHierarchy", "children", "id iid title", 50),
        new("WorkItemWidgetLinkedItems", "linkedItems", "linkId linkType linkCreatedAt linkUpdatedAt workItem { id iid title }", 50),
    ];

    /// <summary>The same of a merge request.</summary>
    public static IReadOnlyList<GitLabList> MergeRequestLists { get; } =
    [
        new(string.Empty, "assignees", People, 20),
        new(string.Empty, "labels", Label, 20),
        new(string.Empty, "discussions", DiscussionFields, 50),
        new(string.Empty, "reviewers", People, 20),
        new(string.Empty, "approvedBy", People, 20),
    ];

    /// <summary>The projects that the token's owner is a member of.</summary>
    public static string MemberProjects { get; } =
        $"query ($cursor: String) {{ projects(membership: true, first: 100, after: $cursor) {{ {Page} nodes {{ {ProjectFields} }} }} }}";

    /// <summary>Some projects by their full paths.</summary>
    public static string NamedProjects { get; } =
        $"query ($projectPaths: [String!], $cursor: String) {{ projects(fullPaths: $projectPaths, first: 100, after: $cursor) {{ {Page} "
        + $"nodes {{ {ProjectFields} }} }} }}";

    /// <summary>The projects of a group and its subgroups.</summary>
    public static string GroupProjects { get; } =
        "query ($groupPath: ID!, $cursor: String) { group(fullPath: $groupPath) { projects(includeSubgroups: true, first: 100, after: "
        + "$cursor) "
        + $"{{ {Page} nodes {{ {ProjectFields} }} }} }} }}";

    public static string MergeRequests { get; } =
        $"query ($projectPath: ID!, $cursor: String) {{ project(fullPath: $projectPath) {{ mergeRequests(first: 20, after: $cursor) {{ "
        + $"{Page} nodes {{ "
        + "iid title description state createdAt updatedAt mergedAt closedAt webUrl sourceBranch targetBranch author { username name } "
        + "mergeUser { username } "
        + $"{string.Join(' ', MergeRequestLists.Select(list => List(list, string.Empty)))} }} }} }} }}";

    public static string Releases { get; } =
        $"query ($projectPath: ID!, $cursor: String) {{ project(fullPath: $projectPath) {{ releases(first: 50, after: $cursor) {{ {Page} "
        + $"nodes {{ "
        + "tagName name description createdAt releasedAt author { username name } commit { sha title } milestones { nodes { title } } "
        + "assets { count links { nodes { name url linkType } } } } } } }";

    /// <summary>The notes of the thread that a note is in.</summary>
    public static string NotesOfThread { get; } =
        $"query ($noteId: NoteID!, $cursor: String) {{ note(id: $noteId) {{ discussion {{ notes(first: 100, after: $cursor) {{ {Page} "
        + $"nodes {{ {NoteFields} }} }} }} }} }}";

    /// <summary>Issues of a project, or epics of a group.</summary>
    public static string WorkItems(GitLabOwner owner) =>
        $"query (${owner.Variable}: ID!, $types: [IssueType!], $cursor: String) {{ {owner.Field}(fullPath: ${owner.Variable}) {{ "
        + $"workItems(types: $types, first: 20, after: $cursor) {{ {Page} nodes {{ id iid title state createdAt updatedAt closedAt "
        + $"webUrl author {{ username name }} "
        + "widgets { __typename ... on WorkItemWidgetDescription { description } "
        + (owner.IsGroup ? "... on WorkItemWidgetHierarchy { parent { iid title } } " : string.Empty)
        + $"{string.Join(' ', owner.Lists.Select(list => Widget(list, string.Empty)))} }} }} }} }} }}";

    /// <summary>Further entries of a list below an issue or epic.</summary>
    public static string MoreOfWorkItem(GitLabOwner owner, GitLabList list) =>
        $"query (${owner.Variable}: ID!, $iid: String!, $workItemType: IssueType!, $cursor: String) {{ {owner.Field}(fullPath: "
        + $"${owner.Variable}) {{ "
        + $"workItems(iid: $iid, types: [$workItemType]) {{ nodes {{ widgets {{ __typename {Widget(list, ", after: $cursor")} }} }} }} "
        + $"}} }}";

    /// <summary>Further entries of a list below a merge request.</summary>
    public static string MoreOfMergeRequest(GitLabList list) =>
        "query ($projectPath: ID!, $iid: String!, $cursor: String) { project(fullPath: $projectPath) { mergeRequest(iid: $iid) "
        + $"{{ {List(list, ", after: $cursor")} }} }} }}";

    private static string Widget(GitLabList list, string after) => $"... on {list.Widget} {{ {List(list, after)} }}";

    private static string List(GitLabList list, string after) =>
        $"{list.Name}(first: {list.Size}{after}) {{ {Page} nodes {{ {list.Fields} }} }}";
}
