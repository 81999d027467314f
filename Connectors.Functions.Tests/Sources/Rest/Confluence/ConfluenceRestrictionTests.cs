using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Confluence;

/// <summary>
/// Restrictions of a page do not let anybody in who may not view its space (support.atlassian.com, "Add or remove page restrictions"). The
/// answers have the form that developer.atlassian.com gives for a content and for the members of a group.
/// </summary>
public sealed class ConfluenceRestrictionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("user ann", "user ann, user bob", "account_id:ann")]
    [InlineData("user ann", "user bob", "_nobody")]
    [InlineData("user ann", "group staff", "account_id:ann")]
    [InlineData("user eve", "group staff", "_nobody")]
    [InlineData("group staff", "group staff", "group_id:staff")]
    [InlineData("group team", "group staff", "group_id:team")]
    [InlineData("group guests", "group staff", "account_id:bob")]
    [InlineData("group guests", "user eve", "account_id:eve")]
    [InlineData("group guests", "anonymous", "group_id:guests")]
    [InlineData("group secret", "group staff", "_nobody")]
    [InlineData("user ann", "group secret", "_nobody")]
    [InlineData("", "group staff", "group_id:staff")]
    public async Task APageIsSeenByThoseWhomItsRestrictionsNameAndWhoMayViewItsSpace(string named, string viewers, string seenBy)
    {
        Assert.Equal(seenBy, await SeenByAsync(named, viewers, above: null));
    }

    [Theory]
    [InlineData("user ann", "group team", "account_id:ann")]
    [InlineData("group staff", "group team", "account_id:ann")]
    [InlineData("user bob", "group team", "_nobody")]
    public async Task APageAboveIsJudgedTheSameWay(string named, string above, string seenBy)
    {
        Assert.Equal(seenBy, await SeenByAsync(named, "group staff", above));
    }

    private static async Task<string> SeenByAsync(string named, string viewers, string? above)
    {
        var page = new JsonObject
        {
            ["id"] = "2002",
            ["type"] = "page",
            ["title"] = "page 2",
            ["ancestors"] = above is null ? new JsonArray() : new JsonArray(new JsonObject { ["id"] = "2001", ["title"] = "page 1" }),
            ["space"] = new JsonObject
            {
                ["key"] = "ENG",
                ["permissions"] = new JsonArray(
                    new JsonObject
                    {
                        ["operation"] = new JsonObject { ["operation"] = "read", ["targetType"] = "space" },
                        ["anonymousAccess"] = viewers == "anonymous",
                        ["subjects"] = Subjects(viewers),
                    }
                ),
            },
            ["restrictions"] = new JsonObject { ["read"] = new JsonObject { ["restrictions"] = Subjects(named) } },
        };
        var source = ConfluenceReplay.With(request =>
            request.Url.AbsolutePath switch
            {
                "/wiki/rest/api/content/2002" => ReplayAnswer.Json(page),
                "/wiki/rest/api/content/2001/restriction/byOperation/read" when above is not null => ReplayAnswer.Json(
                    new JsonObject { ["restrictions"] = Subjects(above) }
                ),
                "/wiki/rest/api/group/staff/membersByGroupId" => Members(request, "ann", "bob"),
                "/wiki/rest/api/group/team/membersByGroupId" => Members(request, "ann"),
                "/wiki/rest/api/group/guests/membersByGroupId" => Members(request, "bob", "eve"),
                "/wiki/rest/api/group/secret/membersByGroupId" => ReplayAnswer.Json(403, new JsonObject { ["message"] = "closed" }),
                "/wiki/rest/api/search" => ConfluenceReplay.List(
                    new JsonObject
                    {
                        ["content"] = new JsonObject
                        {
                            ["id"] = "2002",
                            ["type"] = "page",
                            ["space"] = new JsonObject { ["name"] = "Space ENG" },
                        },
                        ["title"] = "page 2",
                        ["entityType"] = "content",
                        ["url"] = "/spaces/ENG/pages/2002",
                        ["lastModified"] = "2024-05-06T07:08:09.000Z",
                    }
                ),
                _ => null,
            }
        );
        await using var server = await ReplayServer.StartAsync(source, "rules", calls: null, Cancellation);
        await using var confluence = server.Open("use_document_level_security", true);
        var document = Assert.Single((await confluence.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Empty(server.Unknown);
        return string.Join(", ", JsonNode.Parse(document.Body)![AccessControl.FieldName]!.AsArray().Select(value => (string)value!));
    }

    private static ReplayAnswer Members(ReplayRequest request, params string[] accounts) =>
        request.Url.Query.EndsWith("start=0", StringComparison.Ordinal)
            ? ConfluenceReplay.List([.. accounts.Select(Account)])
            : ConfluenceReplay.List();

    private static JsonObject Account(string id) =>
        new()
        {
            ["type"] = "known",
            ["accountId"] = id,
            ["accountType"] = "atlassian",
        };

    /// <summary>People and groups as Confluence lists them: <c>user ann, group staff</c>.</summary>
    private static JsonObject Subjects(string text)
    {
        var items = text.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        return new JsonObject
        {
            ["user"] = new JsonObject { ["results"] = Named("user ", Account) },
            ["group"] = new JsonObject { ["results"] = Named("group ", id => new JsonObject { ["type"] = "group", ["id"] = id }) },
        };

        JsonArray Named(string kind, Func<string, JsonNode> make) =>
            new([.. items.Where(item => item.StartsWith(kind, StringComparison.Ordinal)).Select(item => make(item[kind.Length..]))]);
    }
}
