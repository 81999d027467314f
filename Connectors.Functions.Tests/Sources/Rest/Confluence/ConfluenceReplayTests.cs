using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Confluence;

public sealed class ConfluenceReplayTests : ReplayTests
{
    private static readonly Difference TimeOfSpaces = new(
        "Confluence does not tell when a space changed: the digest decides. Recorded is the time of the sync.",
        (id, field, _, ours) => field == "_timestamp" && id.StartsWith("100", StringComparison.Ordinal) && ours is null
    );

    private static readonly Difference TimeWithLabels = new(
        "With labels the digest decides: a label does not move the time of a page, so a page with another label would not be written.",
        (id, field, _, ours) => field == "_timestamp" && id.StartsWith("200", StringComparison.Ordinal) && ours is null
    );

    private static readonly Difference ForeignAttachments = new(
        "Attachments of page 1: the count of its attachments was kept for page 2, which has none, and the server of the recording gave "
            + "those of page 1 again.",
        (id, field, recorded, ours) =>
            id is "att11" or "att12"
            && ((field == "page" && (string?)recorded == "page 2" && (string?)ours == "page 1") || field == AccessControl.FieldName)
    );

    private static readonly Difference OnlyViewers = new(
        "Who may add or delete pages, and not view the space, does not see them.",
        (id, field, recorded, ours) =>
            field == AccessControl.FieldName && id is "2001" or "2005" && recorded!.AsArray().Count == ours!.AsArray().Count + 1
    );

    private protected override ReplaySource Source => ConfluenceReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        ConfluenceReplay.Documents(recording, file);

    public static TheoryData<string, string> Runs =>
        new()
        {
            { "first", "first" },
            { "again", "again" },
            { "access-control", "dls" },
            { "rules", "rules" },
            { "data-center", "data-center" },
            { "data-center-rules", "data-center-rules" },
        };

    [Theory]
    [MemberData(nameof(Runs))]
    public Task DocumentsAreTheRecordedOnes(string run, string file) => CompareDocumentsAsync(run, file, DifferencesOf(run));

    [Fact]
    public Task IdentitiesOfCloudAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            "access-control",
            IsOfCloud,
            new Difference("created_at was the time of the sync: nobody tells when an account was made.", (_, field, _, _) =>
                field == "created_at"
            )
        );

    [Fact]
    public async Task IdentitiesOfDataCenterMatchTheDocuments()
    {
        var identities = await CompareIdentitiesAsync(
            "data-center",
            identity => !IsOfCloud(identity),
            new Difference(
                "Documents list user: and group:, so identities have these; the recorded values matched no document.",
                (_, field, _, _) => field == "query"
            ),
            new Difference("created_at was the time of the sync.", (_, field, _, _) => field == "created_at")
        );
        Assert.Equal(["group:staff", "user:ann"], Values(identities[0]));
        Assert.Equal(["user:bob"], Values(identities[1]));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("data-center", "pic.png")]
    public Task ContentsAreTheRecordedOnes(string run, params string[] pictures) =>
        CompareContentsAsync(run, ["doc.txt", .. pictures], unread: pictures);

    [Fact]
    public async Task ASpaceThatCannotBeReadIsAGapAndTheOthersAreRead()
    {
        var closed = ConfluenceReplay.With(request =>
            ConfluenceReplay.Query(request).StartsWith("space in ('ENG') AND type=page", StringComparison.Ordinal)
                ? ReplayAnswer.Json(403, new JsonObject { ["message"] = "closed" })
                : null
        );
        var pages = await ReadAsync("first", closed);
        Assert.StartsWith("Space ENG, pages: ", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Contains("1002", pages.Ids());
        Assert.Contains("2005", pages.Ids());
    }

    [Theory]
    [InlineData("confluence_url", "fabrikam.atlassian.net", "confluence_url: not an address")]
    [InlineData("account_email", "", "account_email: required")]
    [InlineData("api_token", "", "api_token: required")]
    [InlineData("data_source", "confluence_home", "data_source: \"confluence_home\" is none of confluence_server, confluence_cloud, ")]
    [InlineData("spaces", "NOWHERE", "spaces: there is no space 'NOWHERE'")]
    [InlineData("retry_count", "99", "retry_count: 99 is out of range")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    private static Difference[] DifferencesOf(string run) =>
        run switch
        {
            "first" or "again" => [TimeOfSpaces, TimeWithLabels, ForeignAttachments],
            "access-control" => [TimeOfSpaces, TimeWithLabels, ForeignAttachments, OnlyViewers],
            "data-center" => [TimeOfSpaces, ForeignAttachments],
            _ => [],
        };

    private static bool IsOfCloud(JsonObject identity) => ((string)identity["_id"]!).StartsWith("acc-", StringComparison.Ordinal);

    private static IEnumerable<string> Values(JsonObject identity) => identity["query"]!.AsArray().Select(value => (string)value!);
}
