using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.GitLab;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GitLab;

/// <summary>What the recorded source does not have: a server of one's own, groups, wikis, snippets, all files. Answers are written after
/// the vendor's documentation.</summary>
public sealed class GitLabOptionsTests
{
    private const string Server = "https://git.example.com/gitlab";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AServerOfOnesOwnIsReadBelowItsPath()
    {
        await using var server = await StartAsync();
        await using var source = Open(server, new JsonObject { ["projects"] = "acme/tools/alpha" });
        await source.PingAsync(Cancellation);
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["project_101"], pages.Ids());
        Assert.Empty(server.Unknown);
        Assert.All(server.Requests, request => Assert.Contains($" {Server}/api/", request, StringComparison.Ordinal));
        Assert.All(pages, page => Assert.Null(page.Gap));
    }

    [Fact]
    public async Task AGroupStandsForItsProjectsAndAProjectThatIsNamedTooIsReadOnce()
    {
        await using var server = await StartAsync();
        await using var source = Open(
            server,
            new JsonObject
            {
                ["projects"] = "acme/tools/alpha",
                ["groups"] = "acme",
                ["include_groups"] = true,
            }
        );
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["group_11", "group_7", "project_101", "project_102"], pages.Ids().Order(StringComparer.Ordinal));
        Assert.Single(server.Requests, request =>
            request.EndsWith(
                "projects/101/repository/tree?ref=main&recursive=false&per_page=100&pagination=keyset",
                StringComparison.Ordinal
            )
        );
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task WikiPagesSnippetsAndAllFilesAreMirroredOnRequest()
    {
        await using var server = await StartAsync();
        await using var source = Open(
            server,
            new JsonObject
            {
                ["projects"] = "acme/tools/alpha",
                ["include_wikis"] = true,
                ["include_snippets"] = true,
                ["include_all_files"] = true,
            }
        );
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        var documents = RecordedDocuments.Of(pages.Documents()).ToDictionary(document => (string)document["_id"]!, StringComparer.Ordinal);
        Assert.Equal(
            [
                "file_101_docs/guide.md",
                "file_101_src/Program.cs",
                "project_101",
                "snippet_101_31",
                "snippet_101_32",
                "wiki_101_home",
                "wiki_101_team/rota",
            ],
            documents.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("Who is on call", (string?)documents["wiki_101_team/rota"]["body"]);
        Assert.Equal($"{Server}/acme/tools/alpha/-/wikis/team/rota", (string?)documents["wiki_101_team/rota"]["web_url"]);
        Assert.Equal("ann", (string?)documents["snippet_101_31"]["author"]);
        await using var content = await pages
            .SelectMany(page => page.Contents)
            .Single(item => item.FileName == "clean.sh")
            .OpenAsync(Cancellation);
        using var reader = new StreamReader(content);
        Assert.Equal("rm -r bin\n", await reader.ReadToEndAsync(Cancellation));
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task AWikiThatIsSwitchedOffIsNoGapAndOneThatIsHiddenIs()
    {
        foreach (var (level, isGap) in new[] { ("disabled", false), ("private", true) })
        {
            // "403 Forbidden" for both: docs.gitlab.com/api/wikis; wiki_access_level: docs.gitlab.com/api/projects.
            await using var server = await StartAsync(path =>
                path switch
                {
                    "projects/101/wikis" => ReplayAnswer.Json(403, new JsonObject { ["message"] = "403 Forbidden" }),
                    "projects/101" => ReplayAnswer.Json(new JsonObject { ["id"] = 101, ["wiki_access_level"] = level }),
                    _ => null,
                }
            );
            await using var source = Open(server, new JsonObject { ["projects"] = "acme/tools/alpha", ["include_wikis"] = true });
            var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
            Assert.Equal(isGap, pages.Any(page => page.Gap is not null));
        }
    }

    private static IDataSource Open(ReplayServer server, JsonObject values)
    {
        values["url"] = Server;
        values["token"] = "glpat-of-a-test";
        return server.Open(SomeSettings.Of(values, new GitLabDataSource(SourceContext.Empty).Description.Fields));
    }

    private static Task<ReplayServer> StartAsync(Func<string, ReplayAnswer?>? first = null) =>
        ReplayServer.StartAsync(
            GitLabReplay.Source with
            {
                Answer = (request, _) => Answer(request, first),
            },
            "first",
            calls: null,
            Cancellation
        );

    private static ReplayAnswer? Answer(ReplayRequest request, Func<string, ReplayAnswer?>? first)
    {
        var path = Uri.UnescapeDataString(request.Url.AbsolutePath).Replace("/gitlab/api/v4/", string.Empty, StringComparison.Ordinal);
        if (!request.Url.AbsoluteUri.StartsWith(Server, StringComparison.Ordinal))
        {
            return null;
        }

        return GraphQLKey.Of(request.Body) is JsonObject key
            ? GraphQL(((string)key["asks"]!).Split('/'), key["variables"]!.AsObject())
            : first?.Invoke(path) ?? Rest(request, path);
    }

    private static ReplayAnswer GraphQL(string[] asks, JsonObject variables)
    {
        JsonNode data = asks switch
        {
            ["projects", ..] => new JsonObject { ["projects"] = Page(Project(101, "alpha")) },
            ["group", "projects", ..] => new JsonObject
            {
                ["group"] = new JsonObject { ["projects"] = Page(Project(101, "alpha"), Project(102, "beta")) },
            },
            ["group", "id"] => new JsonObject { ["group"] = new JsonObject { ["id"] = $"gid://gitlab/Group/{variables["groupPath"]}" } },
            [var owner, var list, ..] => new JsonObject { [owner] = new JsonObject { [list] = Page() } },
            _ => throw new InvalidOperationException(string.Join('/', asks)),
        };
        return ReplayAnswer.Json(new JsonObject { ["data"] = data });
    }

    private static ReplayAnswer? Rest(ReplayRequest request, string path) =>
        path switch
        {
            "user" => ReplayAnswer.Json(new JsonObject { ["id"] = 1, ["username"] = "sync" }),
            "groups/acme" => ReplayAnswer.Json(
                new JsonObject
                {
                    ["id"] = 7,
                    ["name"] = "Acme",
                    ["full_path"] = "acme",
                    ["web_url"] = $"{Server}/groups/acme",
                }
            ),
            "groups/acme/tools" => ReplayAnswer.Json(
                new JsonObject
                {
                    ["id"] = 11,
                    ["name"] = "Tools",
                    ["full_path"] = "acme/tools",
                    ["parent_id"] = 7,
                }
            ),

            // docs.gitlab.com/api/wikis, "List all wiki pages", with_content.
            "projects/101/wikis" => ReplayAnswer.Json(
                new JsonArray(
                    new JsonObject
                    {
                        ["slug"] = "home",
                        ["title"] = "home",
                        ["format"] = "markdown",
                        ["content"] = "Welcome",
                        ["encoding"] = "UTF-8",
                    },
                    new JsonObject
                    {
                        ["slug"] = "team/rota",
                        ["title"] = "rota",
                        ["format"] = "markdown",
                        ["content"] = "Who is on call",
                        ["encoding"] = "UTF-8",
                    }
                )
            ),

            // docs.gitlab.com/api/project_snippets, "List all snippets for a project"; docs.gitlab.com/api/rest, Link header.
            "projects/101/snippets" => request.Query.Any(parameter => parameter.Key == "page")
                ? ReplayAnswer.Json(new JsonArray(Snippet(32, "other.txt")))
                : ReplayAnswer.Json(
                    new JsonArray(Snippet(31, "clean.sh")),
                    ("link", $"<{Server}/api/v4/projects/101/snippets?page=2&per_page=100>; rel=\"next\", <{Server}/x>; rel=\"first\"")
                ),
            "projects/101/snippets/31/raw" => new ReplayAnswer(
                200,
                new Dictionary<string, string>(StringComparer.Ordinal),
                "rm -r bin\n"u8.ToArray()
            ),

            // docs.gitlab.com/api/repositories, "List repository tree", recursive.
            "projects/101/repository/tree" when request.Query.Any(parameter => parameter is { Key: "recursive", Value: "true" }) =>
                ReplayAnswer.Json(
                    new JsonArray(
                        new JsonObject
                        {
                            ["id"] = "a1",
                            ["name"] = "docs",
                            ["type"] = "tree",
                            ["path"] = "docs",
                        },
                        new JsonObject
                        {
                            ["id"] = "a2",
                            ["name"] = "guide.md",
                            ["type"] = "blob",
                            ["path"] = "docs/guide.md",
                        },
                        new JsonObject
                        {
                            ["id"] = "a3",
                            ["name"] = "Program.cs",
                            ["type"] = "blob",
                            ["path"] = "src/Program.cs",
                        }
                    )
                ),
            "projects/101/repository/tree" or "projects/102/repository/tree" => ReplayAnswer.Json(new JsonArray()),
            _ => null,
        };

    private static JsonObject Snippet(int id, string file) =>
        new()
        {
            ["id"] = id,
            ["title"] = $"Snippet {id}",
            ["file_name"] = file,
            ["author"] = new JsonObject { ["username"] = "ann", ["name"] = "Ann Example" },
            ["updated_at"] = "2024-05-02T00:00:00Z",
            ["files"] = new JsonArray(new JsonObject { ["path"] = file }),
        };

    private static JsonObject Project(int id, string name) =>
        new()
        {
            ["id"] = $"gid://gitlab/Project/{id}",
            ["name"] = name,
            ["fullPath"] = $"acme/tools/{name}",
            ["webUrl"] = $"{Server}/acme/tools/{name}",
            ["repository"] = new JsonObject { ["rootRef"] = "main" },
            ["group"] = new JsonObject { ["id"] = "gid://gitlab/Group/11", ["fullPath"] = "acme/tools" },
        };

    private static JsonObject Page(params JsonNode[] nodes) =>
        new()
        {
            ["pageInfo"] = new JsonObject { ["hasNextPage"] = false, ["endCursor"] = null },
            ["nodes"] = new JsonArray(nodes),
        };
}
