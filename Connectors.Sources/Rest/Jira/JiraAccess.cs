using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Jira;

/// <summary>
/// Who may see projects and issues: those who may browse the project, by whatever scheme and role; of an issue that is restricted to roles,
/// their members; of one with a security level, those of the level. Safe for concurrent use.
/// </summary>
internal sealed class JiraAccess(JiraApi api) : IDisposable
{
    /// <summary>The role of apps, which no person has.</summary>
    private const string RoleOfApps = "10003";

    private const int MembersAtATime = 100;

    private readonly Remembered<IReadOnlyCollection<string>> _projects = new();
    private readonly Remembered<IReadOnlyCollection<string>> _roles = new();
    private readonly Remembered<IReadOnlyList<JsonElement>> _levels = new();

    /// <summary>Who may browse a project.</summary>
    /// <exception cref="ConnectorException">It could not be found out; then the documents must not be written.</exception>
    public Task<IReadOnlyCollection<string>> OfProjectAsync(string key, CancellationToken cancellationToken) =>
        _projects.GetAsync(key, () => BrowsersAsync("projectKey", key, cancellationToken), cancellationToken);

    /// <summary>Who may see an issue.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="fields">All of its fields.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">It could not be found out.</exception>
    public async Task<IReadOnlyCollection<string>> OfIssueAsync(string key, JsonElement fields, CancellationToken cancellationToken)
    {
        var project = fields.RequiredText("An issue of Jira", "project", "key");
        var level = fields.Text("security", "id");
        if (!api.IsCloud)
        {
            // Without a level the project decides for all of its issues, which saves a question for each.
            return level is null
                ? await OfProjectAsync(project, cancellationToken)
                : await BrowsersAsync("issueKey", key, cancellationToken);
        }

        var roles = fields
            .Items("issuerestriction", "issuerestrictions", "projectrole")
            .Select(role => role.Text("restrictionValue"))
            .OfType<string>()
            .ToList();
        if (roles.Count == 0)
        {
            return level is null
                ? await OfProjectAsync(project, cancellationToken)
                : await OfLevelAsync(level, project, fields, cancellationToken);
        }

        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var role in roles)
        {
            values.UnionWith(await OfRoleAsync(project, role, cancellationToken));
        }

        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _projects.Dispose();
        _roles.Dispose();
        _levels.Dispose();
    }

    private async Task<IReadOnlyCollection<string>> BrowsersAsync(string what, string key, CancellationToken cancellationToken)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var user in api.BrowsersAsync(what, key, cancellationToken))
        {
            // Accounts outside Cloud have no ids, and no types.
            if (
                (api.IsCloud ? AtlassianValues.IsPerson(user) : user.Find("active") is not { ValueKind: JsonValueKind.False })
                && user.Text(api.IsCloud ? "accountId" : "name") is { } id
            )
            {
                values.Add(AtlassianValues.Account(id));
            }
        }

        return values;
    }

    private async Task<IReadOnlyCollection<string>> OfLevelAsync(
        string level,
        string project,
        JsonElement fields,
        CancellationToken cancellationToken
    )
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var holder in await _levels.GetAsync(level, () => MembersAsync(level, cancellationToken), cancellationToken))
        {
            switch (holder.Text("type"))
            {
                case "user" when holder.Text("user", "accountId") is { } user:
                    values.Add(AtlassianValues.Account(user));
                    break;
                case "group" when holder.Text("group", "groupId") is { } group:
                    values.Add(AtlassianValues.Group(group));
                    break;
                case "projectRole" when holder.Text("projectRole", "id") is { } role && role != RoleOfApps:
                    values.UnionWith(await OfRoleAsync(project, role, cancellationToken));
                    break;
                case "reporter" or "assignee" when fields.Text(holder.Text("type")!, "accountId") is { } person:
                    values.Add(AtlassianValues.Account(person));
                    break;
            }
        }

        return values;
    }

    private async Task<IReadOnlyList<JsonElement>> MembersAsync(string level, CancellationToken cancellationToken)
    {
        var request = api.Get(
            $"/rest/api/3/issuesecurityschemes/level/member?maxResults={MembersAtATime}"
                + $"&levelId={Uri.EscapeDataString(level)}&expand=user,group,projectRole"
        );
        var holders = new List<JsonElement>();
        await foreach (
            var member in api.Client.ListAsync(
                request,
                RestPaging.Offset("/values", "startAt", MembersAtATime, "/total"),
                cancellationToken
            )
        )
        {
            if (member.Find("holder") is { } holder)
            {
                holders.Add(holder);
            }
        }

        return holders;
    }

    private Task<IReadOnlyCollection<string>> OfRoleAsync(string project, string role, CancellationToken cancellationToken) =>
        _roles.GetAsync($"{project}/{role}", () => ActorsAsync(project, role, cancellationToken), cancellationToken);

    private async Task<IReadOnlyCollection<string>> ActorsAsync(string project, string role, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(
            api.Get($"/rest/api/3/project/{Uri.EscapeDataString(project)}/role/{Uri.EscapeDataString(role)}"),
            cancellationToken
        );
        var actors = answer.Json.Items("actors").ToList();
        return
        [
            .. actors.Select(actor => actor.Text("actorUser", "accountId")).OfType<string>().Select(AtlassianValues.Account),
            .. actors.Select(actor => actor.Text("actorGroup", "groupId")).OfType<string>().Select(AtlassianValues.Group),
        ];
    }
}
