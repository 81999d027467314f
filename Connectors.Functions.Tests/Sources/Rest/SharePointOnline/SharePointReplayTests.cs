using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.SharePointOnline;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SharePointOnline;

public sealed class SharePointReplayTests : ReplayTests
{
    private const string Eng = "fabrikam.sharepoint.com,a0000000-0000-4000-8000-000000000001,b0000000-0000-4000-8000-000000000001";
    private const string Tasks = "d0000000-0000-4000-8000-000000000001";

    private static readonly Difference[] Always =
    [
        new(
            "The field id is the engine's, and holds the document's id, as with the recorded service when it writes.",
            (_, field, _, ours) => field == "id" && ours is null
        ),
        new("The signed address of a file is left out: it lets in whoever finds it, for an hour.", (_, field, _, ours) =>
            field == "@microsoft.graph.downloadUrl" && ours is null
        ),
        new("_original_filename is a note of the recorded source for itself; the name is in name or FileName.", (_, field, _, ours) =>
            field == "_original_filename" && ours is null
        ),
    ];

    private static readonly Difference EverybodyKnowsCollections = new(
        "A document without the field would be everybody's for the query alone; ours says so.",
        (id, field, recorded, ours) =>
            field == AccessControl.FieldName
            && recorded is null
            && id == "https://fabrikam.sharepoint.com/"
            && Is(ours, AccessControl.Everyone)
    );

    private static readonly Difference NobodyMeansNobody = new(
        "A file whose permissions name nobody is seen by nobody; recorded has no field, which is everybody.",
        (id, field, recorded, ours) =>
            field == AccessControl.FieldName && recorded is null && id.EndsWith("05", StringComparison.Ordinal) && Is(ours, "_nobody")
    );

    private static readonly Difference GoneMeanwhile = new(
        "A list item that is gone when its roles are asked for is neither written nor deleted.",
        (id, field, _, ours) => id == $"{Tasks}-2" && field == Difference.Whole && ours is null
    );

    private protected override ReplaySource Source => SharePointReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        SharePointReplay.Documents(recording, file);

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    [InlineData("rules")]
    [InlineData("subsites")]
    public async Task DocumentsAreTheRecordedOnes(string run)
    {
        var pages = await CompareDocumentsAsync(run, run, Always);

        // The lists of one site are not there (404): a gap, where the recorded source went on as if there were none.
        Assert.Equal(run == "subsites" ? 1 : 0, pages.Count(page => page.Gap is not null));
    }

    [Fact]
    public async Task DocumentsListWhoMaySeeThem()
    {
        Difference[] differences = [.. Always, EverybodyKnowsCollections, NobodyMeansNobody, GoneMeanwhile];
        var pages = await CompareDocumentsAsync("access-control", "dls", differences);
        Assert.Equal([$"{Tasks}-2"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnesAndMatchWhatIsOpenToMembers() =>
        CompareIdentitiesAsync(
            new Difference(
                "Users who are no guests have the value that documents list for all of them; nobody had it.",
                (_, field, recorded, ours) =>
                    field == "query"
                    && ours!.AsArray().Count == recorded!.AsArray().Count + 1
                    && ours.AsArray().Any(value => (string?)value == SharePointPrincipals.Members)
            )
        );

    /// <summary>What is empty or has no signed address comes without a content.</summary>
    [Theory]
    [InlineData("first", "old.txt")]
    [InlineData("rules")]
    public Task ContentsAreTheRecordedOnes(string run, params string[] old) =>
        CompareContentsAsync(
            run,
            ["plan.txt", "notes.html", "photo.jpg", "huge.pdf", "README", "memo.txt", .. old],
            unread: ["photo.jpg", "huge.pdf", "README"]
        );

    [Fact]
    public async Task AnIncrementalSyncTakesWhatChangedAndAppliesDeletionsOfFiles()
    {
        // The site that did not change is looked at too: the recorded source passed it over, with the files that changed in it.
        var others = SharePointReplay.With(request =>
            request.Url.AbsolutePath.Contains("a0000000-0000-4000-8000-000000000002", StringComparison.Ordinal)
            || request.Url.AbsolutePath.Contains("/sites/hr/", StringComparison.Ordinal)
                ? request.Url.AbsolutePath.EndsWith("/drives", StringComparison.Ordinal)
                    ? MicrosoftReplay.List(next: null, new JsonObject { ["id"] = "b!drive2", ["name"] = "Documents" })
                    : MicrosoftReplay.List(next: null)
                : null
        );
        await using var server = await StartAsync("incremental", others);
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var start = await feed.FindCursorAsync(Cancellation);
        using var page = await feed.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Empty(server.Unknown);
        Assert.True(page.Upserts.IsLast);
        var recorded = SharePointReplay.Documents(server.Recording, "incremental");
        Assert.Equal(
            recorded
                .Where(row => (string?)row["_op"] == "index")
                .Select(row => (string)row["_id"]!)
                .Append("b!drive2")
                .Order(StringComparer.Ordinal),
            Enumerable
                .Range(0, page.Upserts.Count)
                .Select(index => Encoding.UTF8.GetString(page.Upserts[index].Id.Span))
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(recorded.Where(row => (string?)row["_op"] == "delete").Select(row => (string)row["_id"]!), page.DeletedIds);
    }

    [Fact]
    public async Task PagesThatCanNotBeReadAreAGap()
    {
        var closed = SharePointReplay.With(request =>
            request.Url.AbsolutePath.Contains("/sites/eng/_api/web/lists/GetByTitle", StringComparison.Ordinal)
                ? ReplayAnswer.Json(403, new JsonObject { ["odata.error"] = new JsonObject { ["code"] = "-2147024891" } })
                : null
        );
        var pages = await ReadAsync("first", closed);
        var gap = Assert.Single(pages, page => page.Gap is not null).Gap!;
        Assert.StartsWith("https://fabrikam.sharepoint.com/sites/eng, pages: ", gap, StringComparison.Ordinal);
        Assert.Contains("Sites.FullControl.All", gap, StringComparison.Ordinal);
        Assert.Contains("b!drive2", pages.Ids());
    }

    [Fact]
    public async Task RolesThatCanNotBeReadAreNotTakenForNone()
    {
        var closed = SharePointReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/_api/web/roleassignments", StringComparison.Ordinal)
                ? ReplayAnswer.Json(403, new JsonObject())
                : null
        );
        var pages = await ReadAsync("access-control", closed);
        Assert.DoesNotContain(Eng, pages.Ids());
        Assert.Contains(Eng, pages.SelectMany(page => page.Unreadable));
        Assert.Contains(pages, page => page.Gap is not null);
        Assert.All(pages.Documents(), document => Assert.Contains(AccessControl.FieldName, document.Body, StringComparison.Ordinal));
    }

    /// <summary>A folder with roles of its own hides what is in it, though each item says that it has none (learn.microsoft.com,
    /// SPSecurableObject.HasUniqueRoleAssignments). Where the folder is not known, the item's own address tells the same roles.</summary>
    [Theory]
    [InlineData("Lists/Tasks", "Lists/Tasks/Closed/Deep/9_.000")]
    [InlineData("Lists/Tasks/AllItems.aspx", "Lists/Tasks/Closed/9_.000")]
    [InlineData("Lists/Tasks", "_layouts/15/listform.aspx?ID=9")]
    public async Task AnItemInAClosedFolderIsAsClosedAsTheFolder(string list, string item)
    {
        const string Site = "https://fabrikam.sharepoint.com/sites/eng/";
        var role = new JsonObject
        {
            ["Member"] = new JsonObject { ["LoginName"] = "i:0#.f|membership|bob@example.org" },
            ["RoleDefinitionBindings"] = new JsonArray(new JsonObject { ["BasePermissions"] = new JsonObject { ["Low"] = "1" } }),
        };
        var folders = SharePointReplay.With(request =>
        {
            var path = Uri.UnescapeDataString(request.Url.AbsolutePath);
            return path.EndsWith($"{Eng}/lists", StringComparison.Ordinal)
                    ? MicrosoftReplay.List(next: null, new JsonObject { ["id"] = Tasks, ["webUrl"] = Site + list })
                : path.EndsWith($"/lists/{Tasks}/items", StringComparison.Ordinal)
                    ? MicrosoftReplay.List(next: null, new JsonObject { ["id"] = "9", ["webUrl"] = Site + item })
                : path.EndsWith("/items(9)/HasUniqueRoleAssignments", StringComparison.Ordinal)
                || path.EndsWith("/Closed/Deep')/ListItemAllFields/HasUniqueRoleAssignments", StringComparison.Ordinal)
                    ? ReplayAnswer.Json(new JsonObject { ["value"] = false })
                : path.EndsWith("('/sites/eng/Lists/Tasks/Closed')/ListItemAllFields/HasUniqueRoleAssignments", StringComparison.Ordinal)
                    ? ReplayAnswer.Json(new JsonObject { ["value"] = true })
                : path.EndsWith("/Closed')/ListItemAllFields/roleassignments", StringComparison.Ordinal)
                || path.EndsWith("/items(9)/roleassignments", StringComparison.Ordinal)
                    ? MicrosoftReplay.List(next: null, role.DeepClone())
                : null;
        });
        var document = (await ReadAsync("access-control", folders)).Documents().Single(document => document.Id == $"{Tasks}-9");
        Assert.Equal(
            ["email:cleo@example.org", "user:bob@example.org", "user:cleo@example.org"],
            JsonNode.Parse(document.Body)![AccessControl.FieldName]!.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("tenant_id", "", "tenant_id: required")]
    [InlineData("tenant_name", "https://fabrikam.sharepoint.com", "tenant_name: only the first part")]
    [InlineData("tenant_name", "contoso", "tenant_name: the tenant has no sites at contoso.sharepoint.com; it has some at fabrikam.")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("secret_value", "", "secret_value: required")]
    [InlineData("auth_method", "password", "auth_method: \"password\" is neither secret nor certificate.")]
    [InlineData("auth_method", "certificate", "certificate, private_key: not a certificate")]
    [InlineData("site_collections", "nowhere", "site_collections: there is no site 'nowhere'")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Fact]
    public async Task ASecretThatSharePointDoesNotTakeLeadsToACertificate()
    {
        var ended = SharePointReplay.With(request =>
            request.Url.Host == "accounts.accesscontrol.windows.net"
                ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_request" })
                : null
        );
        var failure = await PingFailsAsync(ended);
        Assert.Contains("use a certificate (auth_method)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"skipExtractingDriveItemsOlderThan": 90}""", 0)]
    [InlineData("""{"skipExtractingDriveItemsOlderThan": "90"}""", 1)]
    [InlineData("""{"skipExtractingDriveItemsOlderThan": -1}""", 1)]
    [InlineData("""{"skipOlderThan": 90}""", 1)]
    [InlineData("[]", 1)]
    public void RulesAreChecked(string rules, int problems) => Assert.Equal(problems, SharePointRules.Check(JsonNode.Parse(rules)!).Count);

    private static bool Is(JsonNode? values, string value) => values is JsonArray { Count: 1 } list && (string?)list[0] == value;
}
