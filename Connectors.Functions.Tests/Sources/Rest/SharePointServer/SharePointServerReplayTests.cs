using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

public sealed class SharePointServerReplayTests : ReplayTests
{
    private const string Lists = "/sites/eng/_api/web/lists";

    private static readonly Difference[] Always =
    [
        new("A site's time moves with its items, not with its own title: the digest tells.", (_, field, theirs, ours) =>
            field == "_timestamp" && theirs is not null && ours is null
        ),
        new("Items name those who made and changed them: the recorded source asks for Title and reads Name.", (_, field, theirs, ours) =>
            field is "author" or "editor" && (string?)theirs == string.Empty && (string?)ours is "Ann" or "Bob"
        ),
    ];

    private static readonly Difference FullLogins = new(
        "Login names stand whole, as identities have them. Numbers of users are left out: each site collection counts its own.",
        (_, field, theirs, ours) =>
            field == AccessControl.FieldName
            && Sorted(
                theirs!
                    .AsArray()
                    .Select(value => ((string)value!).Replace("login_name:", "login_name:i:0#.w|", StringComparison.Ordinal))
                    .Where(value => !value.StartsWith("user_id:", StringComparison.Ordinal))
            ) == Sorted(ours!.AsArray().Select(value => (string)value!))
    );

    private static readonly Difference RolesOfTheList = new(
        "An item without roles of its own has those of its list. Recorded are those of the site, which opens a list that is closed.",
        (id, field, theirs, ours) =>
            id == "91884f0080c03e9ec54b4b82c4b9acac"
            && field == AccessControl.FieldName
            && Sorted(theirs!.AsArray().Select(value => (string)value!)).Contains("ann@", StringComparison.Ordinal)
            && Sorted(ours!.AsArray().Select(value => (string)value!))
                == Sorted([
                    "email:bob@example.org",
                    @"login_name:i:0#.w|corp\bob",
                    "email:cleo@example.org",
                    @"login_name:i:0#.w|corp\cleo",
                ])
    );

    private protected override ReplaySource Source => SharePointServerReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        SharePointServerReplay.Documents(recording, file);

    [Fact]
    public async Task DocumentsAreTheRecordedOnes() =>
        Assert.All(await CompareDocumentsAsync("first", "first", Always), page => Assert.Null(page.Gap));

    [Fact]
    public Task DocumentsListWhoMaySeeThem() => CompareDocumentsAsync("access-control", "dls", [.. Always, FullLogins, RolesOfTheList]);

    [Fact]
    public Task IdentitiesAreTheRecordedOnesAndMatchDocuments() =>
        CompareIdentitiesAsync(
            new Difference(
                "No number of a user, which is another user's in the next site collection; the group of all Windows users.",
                (_, field, theirs, ours) =>
                    field == "query"
                    && Sorted(theirs!.AsArray().Select(value => (string)value!).Where(value => value != "user_id:10"))
                        == Sorted(ours!.AsArray().Select(value => (string)value!).Where(value => value != "group:windows"))
                    && ours.AsArray().Count == theirs.AsArray().Count
            ),
            new Difference(
                "The server does not say since when it knows a user; recorded is the time of the sync.",
                (_, field, theirs, ours) => field == "created_at" && theirs is not null && ours is null
            )
        );

    [Fact]
    public Task ContentsAreTheRecordedOnes() =>
        CompareContentsAsync("first", ["a.txt", "it's b.txt", "pic.jpg", "Home.aspx", "memo.txt"], unread: ["pic.jpg"]);

    [Theory]
    [InlineData("/sites/eng/_api/web/lists(guid'list-1')/items", 403, "/sites/eng, Documents, files: ", 4)]
    [InlineData("/sites/eng/sub/_api/web/webs", 403, "/sites/eng/sub, sites: ", 0)]
    [InlineData("/2/memo.txt')", 404, "https://sp.example.org/sites/eng/Lists/Tasks/DispForm.aspx?ID=2&", 1)]
    public async Task WhatIsClosedOrGoneIsAGapAndTheOthersAreMirrored(string address, int status, string place, int missing)
    {
        var closed = Source.With(request =>
            request.Url.AbsolutePath.EndsWith(address, StringComparison.Ordinal) ? SharePointServerReplay.Refused(status) : null
        );
        var pages = await ReadAsync("first", closed);
        Assert.StartsWith(place, Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Equal(12 - missing, pages.Ids().Count);
    }

    [Fact]
    public async Task SitesThatWereClosedWhenTheSyncWasPlannedAreAGapAlsoWhenTheyOpenMeanwhile()
    {
        var asked = 0;
        var pages = await ReadAsync(
            "first",
            Source.With(request =>
                request.Url.AbsolutePath == "/sites/eng/_api/web/webs" && Interlocked.Increment(ref asked) == 1
                    ? SharePointServerReplay.Refused()
                    : null
            )
        );
        Assert.StartsWith(
            "/sites/eng, sites: The sites below it",
            Assert.Single(pages, page => page.Gap is not null).Gap,
            StringComparison.Ordinal
        );
        Assert.Equal(12, pages.Ids().Count);
    }

    [Fact]
    public async Task RolesThatCanNotBeReadAreNotTakenForNone()
    {
        var closed = Source.With(request =>
            request.Url.AbsolutePath == "/sites/eng/_api/web/roleassignments" ? SharePointServerReplay.Refused() : null
        );
        var pages = await ReadAsync("access-control", closed);
        Assert.Equal(["b5fce92aa828ee1a9a2b5536e4b09c3e"], pages.SelectMany(page => page.Unreadable));
        Assert.Contains(pages, page => page.Gap is not null);
        Assert.All(pages.Documents(), document => Assert.Contains(AccessControl.FieldName, document.Body, StringComparison.Ordinal));
    }

    /// <summary>A folder with roles of its own hides what is in it, though each file says that it has none (learn.microsoft.com,
    /// Fine-grained permission reference for SharePoint Server).</summary>
    [Fact]
    public async Task AFileInAClosedFolderIsAsClosedAsTheFolder()
    {
        var bob = new JsonObject { ["LoginName"] = @"i:0#.w|corp\bob", ["PrincipalType"] = 1 };
        var folders = Source.With(request =>
        {
            var path = Uri.UnescapeDataString(request.Url.AbsolutePath);
            return path == $"{Lists}(guid'list-1')/items"
                    ? SharePointServerReplay.List(File("/sites/eng/Shared Documents/Sub/Deep/c.txt", "3"))
                : path.EndsWith("/Sub/Deep')/ListItemAllFields/HasUniqueRoleAssignments", StringComparison.Ordinal)
                    ? SharePointServerReplay.Value(false)
                : path.EndsWith("Documents/Sub')/ListItemAllFields/HasUniqueRoleAssignments", StringComparison.Ordinal)
                    ? SharePointServerReplay.Value(true)
                : path.EndsWith("/Sub')/ListItemAllFields/roleassignments", StringComparison.Ordinal)
                    ? SharePointServerReplay.List(Role(bob, "1"), Role(new JsonObject { ["LoginName"] = @"i:0#.w|corp\ann" }, "65536"))
                : null;
        });
        var file = (await ReadAsync("access-control", folders))
            .Documents()
            .Single(document => document.Body.Contains("c.txt", StringComparison.Ordinal));
        Assert.Equal(
            [@"email:cleo@example.org", @"login_name:i:0#.w|corp\bob", @"login_name:i:0#.w|corp\cleo"],
            JsonNode.Parse(file.Body)![AccessControl.FieldName]!.AsArray().Select(value => (string)value!)
        );
    }

    [Fact]
    public async Task ItemsThatAreListedWithWhetherTheyHaveRolesAreNotAskedOneByOne()
    {
        var listed = Source.With(request =>
        {
            var open = File("/sites/eng/Shared Documents/open.txt", "2");
            var closed = File("/sites/eng/Shared Documents/closed.txt", "1");
            (open["HasUniqueRoleAssignments"], closed["HasUniqueRoleAssignments"]) = (false, true);
            return
                request.Url.AbsolutePath == $"{Lists}(guid'list-1')/items"
                && request.Query.Any(parameter => parameter.Value.Contains("HasUniqueRoleAssignments", StringComparison.Ordinal))
                ? SharePointServerReplay.List(open, closed)
                : null;
        });
        await using var server = await StartAsync("access-control", listed);
        await using var source = server.Open();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.DoesNotContain(server.Requests, request => request.Contains("(guid'list-1')/items(2)", StringComparison.Ordinal));
        Assert.Single(server.Requests, request => request.Contains("(guid'list-1')/items(1)", StringComparison.Ordinal));
        Assert.Contains(
            "ann@",
            documents.Single(document => document.Body.Contains("open.txt", StringComparison.Ordinal)).Body,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "ann@",
            documents.Single(document => document.Body.Contains("closed.txt", StringComparison.Ordinal)).Body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task EverybodyIsAllIdentitiesAndAllWindowsUsersAreThoseOfWindows()
    {
        var open = Source.With(request =>
            request.Url.AbsolutePath == "/sites/eng/_api/web/roleassignments"
                ? SharePointServerReplay.List(
                    Role(new JsonObject { ["LoginName"] = "c:0(.s|true", ["PrincipalType"] = 4 }, "1"),
                    Role(new JsonObject { ["LoginName"] = "c:0!.s|windows", ["PrincipalType"] = 4 }, "1")
                )
                : null
        );
        var site = (await ReadAsync("access-control", open)).Documents()[0];
        Assert.Equal(
            [AccessControl.Everyone, "group:windows"],
            JsonNode.Parse(site.Body)![AccessControl.FieldName]!.AsArray().Select(value => (string)value!)
        );
    }

    [Fact]
    public async Task UsersBeyondAFullPageAreAskedFor()
    {
        var many = Source.With(request =>
            request.Url.AbsolutePath.EndsWith("/siteusers", StringComparison.Ordinal)
                ? SharePointServerReplay.List([
                    .. Enumerable
                        .Range(0, request.Query.Any(parameter => parameter is { Key: "$skip", Value: "5000" }) ? 2 : 5000)
                        .Select(number => new JsonObject { ["LoginName"] = $"u{number % 4999}", ["PrincipalType"] = 1 }),
                ])
                : null
        );
        await using var server = await StartAsync("access-control", many);
        await using var source = server.Open();
        Assert.Equal(4999, await ((IAccessControlSource)source).ReadIdentitiesAsync(Cancellation).CountAsync(Cancellation));
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task SitesOfAddInsAndItemsOfExternalListsAreNotMirrored()
    {
        var odd = Source.With(request =>
            request.Url.AbsolutePath switch
            {
                "/sites/eng/_api/web/webs" => SharePointServerReplay.List(
                    new JsonObject { ["WebTemplate"] = "APP", ["ServerRelativeUrl"] = "/sites/eng/addin" }
                ),
                Lists => SharePointServerReplay.List(
                    new JsonObject
                    {
                        ["Id"] = "list-9",
                        ["Title"] = "Orders",
                        ["HasExternalDataSource"] = true,
                        ["RootFolder"] = new JsonObject { ["ServerRelativeUrl"] = "/sites/eng/Lists/Orders" },
                    }
                ),
                _ => null,
            }
        );
        await using var server = await StartAsync("first", odd);
        await using var source = server.Open();
        Assert.Equal(2, (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Count);
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task ASiteThatIsNamedAsACollectionAndLiesBelowOneIsMirroredOnce()
    {
        var sub = Source.With(request =>
            request.Url.AbsolutePath == "/sites/eng/sub/_api/web" ? ReplayAnswer.Json(new JsonObject { ["Title"] = "sub" }) : null
        );
        await using var server = await StartAsync("first", sub);
        await using var source = server.Open("site_collections", "/sites/eng/sub,eng");
        var pages = await source.AllAsync(2, PageLimits.Default, Cancellation);
        Assert.Equal(12, pages.Ids().Count);
        Assert.Equal(12, pages.Documents().Count);
    }

    [Theory]
    [InlineData("authentication", "Kerberos", "authentication: \"Kerberos\" is neither Basic nor NTLM.")]
    [InlineData("username", "", "username: required")]
    [InlineData("password", "", "password: required")]
    [InlineData("host_url", "sp.example.org", "host_url: not an address")]
    [InlineData("host_url", "https://sp.example.org/sites/eng", "host_url: only the address of the host.")]
    [InlineData("site_collections", "", "site_collections: required")]
    [InlineData("site_collections", "https://sp.example.org/sites/eng", "site_collections: a name has a letter that no site has.")]
    [InlineData("site_collections", "nowhere", "site_collections: there is no site collection at /sites/nowhere.")]
    [InlineData("ssl_ca", "no certificate", "ssl_ca: ")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        var server = Source.With(request =>
            request.Url.AbsolutePath == "/sites/nowhere/_api/web" ? SharePointServerReplay.Refused(404) : null
        ) with
        {
            Values = new Dictionary<string, string>(Source.Values, StringComparer.Ordinal) { ["ssl_enabled"] = "true" },
        };
        Assert.StartsWith(sentence, (await PingFailsAsync(server, field: (field, value))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Check username, password, and that the web application has the sign-in")]
    [InlineData(406, "install Service Pack 1 and WCF Data Services 5.6")]
    public async Task ARefusalSaysWhatToDo(int status, string sentence)
    {
        var failure = await PingFailsAsync(Source.With(_ => SharePointServerReplay.Refused(status)));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    private static JsonObject File(string path, string number) =>
        new()
        {
            ["Id"] = number,
            ["GUID"] = $"g{number}",
            ["File"] = new JsonObject { ["Name"] = path[(path.LastIndexOf('/') + 1)..], ["ServerRelativeUrl"] = path },
        };

    private static JsonObject Role(JsonObject member, string low) =>
        new()
        {
            ["Member"] = member,
            ["RoleDefinitionBindings"] = new JsonArray(new JsonObject { ["BasePermissions"] = new JsonObject { ["Low"] = low } }),
        };

    private static string Sorted(IEnumerable<string> values) => string.Join('\n', values.Order(StringComparer.Ordinal));
}
