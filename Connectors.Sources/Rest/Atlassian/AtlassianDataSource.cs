using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>
/// What Jira and Confluence have in common: containers (projects, spaces) that are chosen by their keys or replaced by rules, people with
/// their groups, and changes that are found by the time of the last change.
/// </summary>
public abstract class AtlassianDataSource : RestChangesDataSource, IAccessControlSource
{
    private readonly Lazy<IReadOnlyList<string>> _rules;
    private readonly string _container;

    /// <summary>Keeps the context; connects at the first call.</summary>
    /// <param name="context">The context.</param>
    /// <param name="container">What documents lie in, in the singular: <c>project</c>. The field that chooses them has its plural as its
    /// name.</param>
    private protected AtlassianDataSource(SourceContext context, string container)
        : base(context)
    {
        _container = container;
        _rules = new(() => AtlassianRules.From(Context.AdvancedRules));
        ContainerList = new RestPlace($"({container}s)", $"{container}s");
    }

    /// <summary>Atlassian reads times in the account's zone, which nobody knows here: a day more covers all of them.</summary>
    private protected override TimeSpan? Overlap => TimeSpan.FromDays(1);

    /// <summary>The place that lists the containers themselves. The key of a container has no brackets.</summary>
    private protected RestPlace ContainerList { get; }

    /// <summary>The queries to read in the place of containers; empty without rules.</summary>
    private protected IReadOnlyList<string> Rules => _rules.Value;

    /// <summary>How to reach the product.</summary>
    private protected abstract AtlassianConfiguration Atlassian { get; }

    /// <summary>The keys of the containers to mirror; <c>*</c> alone for all that the account can see.</summary>
    private protected abstract IReadOnlyList<string> Keys { get; }

    /// <summary>The list of all containers that the account can see.</summary>
    private protected abstract (RestRequest First, RestPaging Paging) Containers { get; }

    /// <summary>A request that costs little and fails when the sign-in is refused.</summary>
    private protected abstract RestRequest Probe { get; }

    private bool IsAll => Keys is ["*"];

    /// <inheritdoc/>
    /// <remarks>Signs in, and finds the containers that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using (await Client.SendAsync(Probe, cancellationToken)) { }

        if (!IsAll)
        {
            await FindPlacesAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
        Atlassian.IsCloud ? AtlassianUsers.ReadAsync(Client, cancellationToken) : ReadServerUsersAsync(cancellationToken);

    /// <summary>The error when the account sees no container at all.</summary>
    private protected abstract ConnectorException NoneSeen();

    /// <summary>The error when the account does not see a container that is named.</summary>
    private protected abstract ConnectorException Missing(string key);

    /// <summary>The users of Server and Data Center, who are not the site's.</summary>
    private protected abstract IAsyncEnumerable<AccessIdentity> ReadServerUsersAsync(CancellationToken cancellationToken);

    private protected override RestClient CreateClient() => Atlassian.CreateClient(Context);

    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        if (Rules.Count > 0)
        {
            return [RestPlace.Whole];
        }

        var places = new List<RestPlace> { ContainerList };
        var (first, paging) = Containers;
        await foreach (var container in Client.ListAsync(first, paging, cancellationToken))
        {
            if (IsMeant(container))
            {
                var key = KeyOf(container);
                places.Add(new RestPlace(key, container.Text("name") ?? key));
            }
        }

        if (places.Count == 1 && IsAll)
        {
            // A token that has ended may still be answered, as nobody: that must not empty the index.
            throw NoneSeen();
        }

        return IsAll || Keys.FirstOrDefault(key => !places.Exists(place => Same(place.Key, key))) is not { } missing
            ? places
            : throw Missing(missing);
    }

    /// <summary>Whether a container is to be mirrored.</summary>
    private protected bool IsMeant(JsonElement container) => IsAll || Keys.Any(wanted => Same(wanted, KeyOf(container)));

    private static bool Same(string item, string other) => string.Equals(item, other, StringComparison.OrdinalIgnoreCase);

    private string KeyOf(JsonElement container) => container.RequiredText($"A {_container} of {Description.Name}", "key");
}
