using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>
/// Finds out whom two lists of people and groups both let in. A document holds one list, and any of its values lets a person in, so a group
/// that only one of the two lists names is judged by its members. Groups are asked for once, and only where the lists do not tell. Safe for
/// concurrent use.
/// </summary>
internal sealed class ConfluenceGroups(ConfluenceApi api) : IDisposable
{
    private const int PageSize = 200;

    private readonly Remembered<IReadOnlySet<string>> _members = new();
    private readonly string _prefix = api.IsCloud ? "group_id:" : "group:";

    /// <summary>Those of <paramref name="named"/> whom <paramref name="others"/> let in as well. A group stays a group when all of its
    /// members may pass, else those of its members are listed who may.</summary>
    /// <remarks>A group whose members the account may not list counts as having none.</remarks>
    /// <exception cref="ConnectorException">It could not be found out.</exception>
    public async Task<IReadOnlyCollection<string>> BothAsync(
        IReadOnlyCollection<string> named,
        IReadOnlyCollection<string> others,
        CancellationToken cancellationToken
    )
    {
        if (others.Contains(AccessControl.Everyone))
        {
            return named;
        }

        var known = others.ToHashSet(StringComparer.Ordinal);
        var both = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in named)
        {
            if (known.Contains(value))
            {
                both.Add(value);
                continue;
            }

            IReadOnlySet<string> people = IsGroup(value)
                ? await MembersAsync(value, cancellationToken)
                : new HashSet<string>(StringComparer.Ordinal) { value };
            var passing = await PassingAsync(people, known, cancellationToken);
            both.UnionWith(passing.Count > 0 && passing.Count == people.Count ? [value] : passing);
        }

        return both;
    }

    /// <inheritdoc/>
    public void Dispose() => _members.Dispose();

    /// <summary>Those of some people who are in a list, by themselves or with a group.</summary>
    private async Task<HashSet<string>> PassingAsync(IReadOnlySet<string> people, HashSet<string> list, CancellationToken cancellationToken)
    {
        var passing = people.Where(list.Contains).ToHashSet(StringComparer.Ordinal);
        foreach (var group in list.Where(IsGroup))
        {
            if (passing.Count == people.Count)
            {
                break;
            }

            var members = await MembersAsync(group, cancellationToken);
            passing.UnionWith(people.Where(members.Contains));
        }

        return passing;
    }

    private bool IsGroup(string value) => value.StartsWith(_prefix, StringComparison.Ordinal);

    private Task<IReadOnlySet<string>> MembersAsync(string group, CancellationToken cancellationToken) =>
        _members.GetAsync(group, () => ListAsync(group[_prefix.Length..], cancellationToken), cancellationToken);

    private async Task<IReadOnlySet<string>> ListAsync(string group, CancellationToken cancellationToken)
    {
        var name = Uri.EscapeDataString(group);
        var request = api.Get(
            api.IsCloud ? $"/rest/api/group/{name}/membersByGroupId?limit={PageSize}" : $"/rest/api/group/{name}/member?limit={PageSize}"
        );
        var members = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await foreach (var user in api.Client.ListAsync(request, RestPaging.Offset("/results", "start", PageSize), cancellationToken))
            {
                if (ValueOf(user) is { } member)
                {
                    members.Add(member);
                }
            }
        }
        catch (ConnectorException failure) when (RestErrors.IsClosedPlace(failure))
        {
            members.Clear();
        }

        return members;
    }

    private string? ValueOf(JsonElement user) =>
        api.IsCloud
            ? user.Text("accountId") is { } id
                ? AtlassianValues.Account(id)
                : null
            : user.Text("username") is { } name
                ? AccessControl.User(name)
                : null;
}
