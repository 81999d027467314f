namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>What has work items: a project its issues, a group its epics.</summary>
/// <param name="Field">Its name in queries.</param>
/// <param name="Variable">The variable that holds its full path.</param>
/// <param name="Type">The type of its work items.</param>
/// <param name="Lists">What is listed below each.</param>
internal sealed record GitLabOwner(string Field, string Variable, string Type, IReadOnlyList<GitLabList> Lists)
{
    public static GitLabOwner Project { get; } = new("project", "projectPath", "ISSUE", GitLabQueries.IssueLists);

    public static GitLabOwner Group { get; } = new("group", "groupPath", "EPIC", GitLabQueries.EpicLists);

    public bool IsGroup => Field == "group";
}
