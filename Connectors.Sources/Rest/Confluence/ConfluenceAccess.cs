using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>
/// Who may see spaces and what is in them. A person sees a page who may view its space, and whom the restrictions of the page and of every
/// page above it let in. Safe for concurrent use.
/// </summary>
internal sealed class ConfluenceAccess(ConfluenceApi api) : IDisposable
{
    private readonly Remembered<IReadOnlyCollection<string>?> _restrictions = new();
    private readonly Remembered<IReadOnlyCollection<string>> _spaces = new();
    private readonly Remembered<IReadOnlyCollection<string>> _contents = new();
    private readonly ConfluenceGroups _groups = new(api);

    /// <summary>Who may view a space.</summary>
    /// <param name="space">With its permissions, in Cloud.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">It could not be found out; then the documents must not be written.</exception>
    public async Task<IReadOnlyCollection<string>> OfSpaceAsync(JsonElement space, CancellationToken cancellationToken)
    {
        var key = space.RequiredText("A space of Confluence", "key");
        if (!api.IsCloud)
        {
            return await _spaces.GetAsync(key, () => ExtenderAsync(key, cancellationToken), cancellationToken);
        }

        if (space.Find("permissions") is not null)
        {
            return Viewers(space);
        }

        return await _spaces.GetAsync(key, () => PermissionsAsync(key, cancellationToken), cancellationToken);
    }

    /// <summary>Who may see a page or blog post, given with its ancestors, its space and its restrictions.</summary>
    /// <exception cref="ConnectorException">It could not be found out.</exception>
    public async Task<IReadOnlyCollection<string>> OfContentAsync(JsonElement content, CancellationToken cancellationToken)
    {
        var own = content.Find("restrictions", "read", "restrictions")
            ?? throw new ConnectorException("A content of Confluence came without its restrictions, so it is not known who may see it.");
        var space = content.Find("space")
            ?? throw new ConnectorException("A content of Confluence came without its space, so it is not known who may see it.");
        var allowed = Listed(own);
        foreach (var ancestor in content.Items("ancestors"))
        {
            var id = ancestor.RequiredText("A page of Confluence", "id");
            var above = await _restrictions.GetAsync(id, () => RestrictionsAsync(id, cancellationToken), cancellationToken);
            allowed = allowed is null || above is null ? allowed ?? above : await _groups.BothAsync(allowed, above, cancellationToken);
        }

        var viewers = await OfSpaceAsync(space, cancellationToken);
        return allowed is null ? viewers : await _groups.BothAsync(allowed, viewers, cancellationToken);
    }

    /// <summary>Who may see a page or blog post, and what belongs to it, by its id.</summary>
    /// <exception cref="ConnectorException">It could not be found out.</exception>
    public Task<IReadOnlyCollection<string>> OfContentAsync(string id, CancellationToken cancellationToken) =>
        _contents.GetAsync(id, () => FindAsync(id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _restrictions.Dispose();
        _spaces.Dispose();
        _contents.Dispose();
        _groups.Dispose();
    }

    private async Task<IReadOnlyCollection<string>> FindAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(api.AccessOf(id), cancellationToken);
        return await OfContentAsync(answer.Json, cancellationToken);
    }

    private async Task<IReadOnlyCollection<string>> PermissionsAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(
            api.Get($"/rest/api/space/{Uri.EscapeDataString(key)}?expand=permissions"),
            cancellationToken
        );
        return Viewers(answer.Json);
    }

    private static HashSet<string> Viewers(JsonElement space)
    {
        var permissions = space.Find("permissions") is { ValueKind: JsonValueKind.Array } list
            ? list
            : throw new ConnectorException("A space of Confluence came without its permissions. The account must be able to view them.");
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var permission in permissions.EnumerateArray())
        {
            if (permission.Text("operation", "operation") != "read" || permission.Text("operation", "targetType") != "space")
            {
                continue;
            }

            if (permission.Find("anonymousAccess") is { ValueKind: JsonValueKind.True })
            {
                values.Add(AccessControl.Everyone);
            }

            var users = permission.Items("subjects", "user", "results").Where(user => user.Text("accountType") is null or "atlassian");
            values.UnionWith(users.Select(user => user.Text("accountId")).OfType<string>().Select(AtlassianValues.Account));
            values.UnionWith(
                permission
                    .Items("subjects", "group", "results")
                    .Select(group => group.Text("id"))
                    .OfType<string>()
                    .Select(AtlassianValues.Group)
            );
        }

        return values;
    }

    private async Task<IReadOnlyCollection<string>?> RestrictionsAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(api.RestrictionsOf(id), cancellationToken);
        return !answer.IsSuccess
            ? null
            : Listed(
                answer.Json.Find("restrictions")
                    ?? throw new ConnectorException(
                        "Confluence answered without restrictions, so it is not known who may see what lies under a page."
                    )
            );
    }

    /// <summary>Those whom restrictions name; <see langword="null"/> when there are no restrictions.</summary>
    private IReadOnlyCollection<string>? Listed(JsonElement restrictions)
    {
        var users = restrictions.Items("user", "results").ToList();
        var groups = restrictions.Items("group", "results").ToList();
        return users.Count + groups.Count == 0
            ? null
            :
            [
                .. users
                    .Select(user =>
                        api.IsCloud
                            ? Made(user.Text("accountId"), AtlassianValues.Account)
                            : Made(user.Text("username"), AccessControl.User)
                    )
                    .OfType<string>(),
                .. groups
                    .Select(group =>
                        api.IsCloud ? Made(group.Text("id"), AtlassianValues.Group) : Made(group.Text("name"), AccessControl.Group)
                    )
                    .OfType<string>(),
            ];
    }

    private static string? Made(string? id, Func<string, string> value) => id is null ? null : value(id);

    /// <summary>Server and Data Center tell who may view a space through the app Extender for Confluence alone.</summary>
    private async Task<IReadOnlyCollection<string>> ExtenderAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(
            api.Get($"/rest/extender/1.0/permission/space/{Uri.EscapeDataString(key)}/getSpacePermissionActors/VIEWSPACE") with
            {
                Accepted = [404],
            },
            cancellationToken
        );
        var actors = (answer.IsSuccess ? answer.Json.Find("permissions", "VIEWSPACE") : null)
            ?? throw new ConnectorException(
                "use_document_level_security: the app Extender for Confluence does not say who may view the spaces. Install it, or "
                    + "switch the field off."
            );
        return
        [
            .. actors
                .Items("users")
                .Select(user => user.GetString())
                .OfType<string>()
                .Where(name => name.Length > 0)
                .Select(AccessControl.User),
            .. actors
                .Items("groups")
                .Select(group => group.GetString())
                .OfType<string>()
                .Where(name => name.Length > 0)
                .Select(AccessControl.Group),
        ];
    }
}
