using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>
/// Projects of GitLab, in the cloud or on a server of one's own: issues, merge requests, releases, epics and files, and on request groups,
/// wikis and snippets. Ids and field names are the Python service's. See docs/sources/gitlab.md.
/// </summary>
public sealed class GitLabDataSource : RestDataSource
{
    private const string ProjectsKey = "projects";
    private const string GroupPrefix = "group:";

    private readonly Lazy<GitLabConfiguration> _configuration;
    private readonly Lazy<GitLabProjects> _projects;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GitLabDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(GitLabConfiguration.From);
        _projects = new(() => new GitLabProjects(_configuration.Value, Client));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "GitLab",
            ServiceType = "gitlab",
            Fields = GitLabConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Asks who the token belongs to, and for the projects and groups that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        (await Client.GetAsync("api/v4/user", cancellationToken)).Dispose();
        await _projects.Value.CheckAsync(cancellationToken);
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var options = new RestClientOptions
        {
            Name = "GitLab",
            Address = configuration.Url,
            Signer = RequestSigner.Bearer(configuration.Token),
            SignInHint = "Check token: it may have ended, or was withdrawn.",
            PermissionHint = GitLabErrors.PermissionHint,
            PrivateHosts = configuration.PrivateHosts,
            Limits = [LimitRules.ResetAt("RateLimit-Reset")],
            ErrorOf = GitLabErrors.Of,
            Retries = configuration.Retries,
        };
        var http = RestClient.CreateHttp(
            Context,
            "url",
            configuration.PrivateHosts,
            configuration.Authority,
            authorityField: CertificateAuthorities.SslCa
        );
        return new RestClient(options, Context, http);
    }

    /// <summary>The list of projects is a place, whose documents they are; so is each project, its key the id, its detail branch and
    /// address; and each group.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var projects = await _projects.Value.FindAsync(cancellationToken);
        var groups = projects
            .Select(project => project.Text("group", "fullPath"))
            .OfType<string>()
            .Concat(_configuration.Value.Groups)
            .Distinct(StringComparer.OrdinalIgnoreCase);
        return
        [
            new RestPlace(ProjectsKey, ProjectsKey),
            .. projects.Select(project => new RestPlace(
                GitLabDocuments.IdOf(project),
                project.RequiredText("A project of GitLab", "fullPath"),
                $"{project.Text("repository", "rootRef")}\n{project.Text("webUrl")}"
            )),
            .. groups.Select(path => new RestPlace(GroupPrefix + path, path)),
        ];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.Key == ProjectsKey
            ? [.. _projects.Value.Lists.Select(list => new PagedStream(ProjectsKey, Client, list.First, list.Paging, (project, page) =>
                {
                    if (!list.IsOfGroup || !_projects.Value.IsNamed(project))
                    {
                        GitLabDocuments.WriteProject(project, page);
                    }
                }))]
            : [.. place.Key.StartsWith(GroupPrefix, StringComparison.Ordinal) ? StreamsOfGroup(place) : StreamsOfProject(place)];

    private IEnumerable<RestStream> StreamsOfGroup(RestPlace group)
    {
        if (_configuration.Value.HasGroups)
        {
            yield return new SingleStream(
                "group",
                Client,
                RestRequest.Get($"api/v4/groups/{Uri.EscapeDataString(group.Name)}?with_projects=false"),
                GitLabDocuments.WriteGroup
            );
        }

        // A group that is there and has no list of epics is of a plan without them.
        yield return new ConnectionStream(
            "epics",
            group.Name,
            Client,
            Query(GitLabQueries.WorkItems(GitLabOwner.Group), GitLabOwner.Group.Variable, group, GitLabOwner.Group.Type),
            ("group", "workItems"),
            _ => Task.FromResult(true),
            new WorkItems(new GitLabConnections(Client), GitLabOwner.Group, group).WriteAsync
        );
    }

    private IEnumerable<RestStream> StreamsOfProject(RestPlace project)
    {
        var (configuration, connections, owner) = (_configuration.Value, new GitLabConnections(Client), GitLabOwner.Project);
        yield return Of(
            "issues",
            "workItems",
            "issues",
            GitLabQueries.WorkItems(owner),
            owner.Type,
            new WorkItems(connections, owner, project).WriteAsync
        );
        yield return Of(
            "merge requests",
            "mergeRequests",
            "merge_requests",
            GitLabQueries.MergeRequests,
            null,
            new MergeRequests(connections, project).WriteAsync
        );
        yield return Of("releases", "releases", "releases", GitLabQueries.Releases, null, (releases, page, _) =>
            WriteEach(releases, page, project)
        );

        var (branch, webUrl) = (project.Detail.Split('\n')[0], project.Detail.Split('\n')[^1]);
        yield return new GitLabFiles(Client, project, branch, webUrl, configuration.HasAllFiles);

        if (configuration.HasWikis)
        {
            yield return new OptionalStream(
                new PagedStream(
                    "wiki pages",
                    Client,
                    RestRequest.Get($"api/v4/projects/{project.Key}/wikis?with_content=1"),
                    RestPaging.None(string.Empty),
                    (wiki, page) => GitLabDocuments.WriteWikiPage(project, webUrl, wiki, page)
                ),
                token => new GitLabFeatures(Client).IsOffAsync(project.Key, "wiki", token)
            );
        }

        if (configuration.HasSnippets)
        {
            yield return new OptionalStream(
                new PagedStream(
                    "snippets",
                    Client,
                    RestRequest.Get($"api/v4/projects/{project.Key}/snippets?per_page=100"),
                    RestPaging.LinkHeader(string.Empty),
                    (snippet, page) => GitLabDocuments.WriteSnippet(Client, project, snippet, page)
                ),
                token => new GitLabFeatures(Client).IsOffAsync(project.Key, "snippets", token)
            );
        }

        ConnectionStream Of(
            string name,
            string list,
            string part,
            string query,
            string? type,
            Func<JsonElement, StreamPage, CancellationToken, Task> write
        ) =>
            new(
                name,
                project.Name,
                Client,
                Query(query, owner.Variable, project, type),
                ("project", list),
                token => new GitLabFeatures(Client).IsOffAsync(project.Key, part, token),
                write
            );
    }

    private static Task WriteEach(JsonElement releases, StreamPage page, RestPlace project)
    {
        foreach (var release in releases.EnumerateArray())
        {
            GitLabDocuments.WriteRelease(project, release, page);
        }

        return Task.CompletedTask;
    }

    private static RestRequest Query(string query, string variable, RestPlace place, string? type)
    {
        var variables = new JsonObject { [variable] = place.Name };
        if (type is not null)
        {
            variables["types"] = new JsonArray(type);
        }

        return GitLabConnections.Query(query, variables);
    }
}
