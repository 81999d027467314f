using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Salesforce;

public sealed class SalesforceReplayTests : ReplayTests
{
    private static readonly Difference NoTime = new(
        "A record holds its owner, files and comments, which change without its LastModifiedDate: the content decides.",
        (_, field, recorded, ours) => field == "_timestamp" && recorded is not null && ours is null
    );

    private static readonly Difference Content = new(
        "The content of a file is fetched when its document is written.",
        (_, field, _, ours) => field == "_attachment" && ours is null
    );

    private static readonly Difference LargeFile = new(
        "A file that is too large has a document without text; the recorded source broke there.",
        (id, field, _, _) => id == "069A2" && field == Difference.Whole
    );

    private static readonly Difference NoNames = new(
        "Names are no values: two persons of the same name would see each other's documents. Nor is null.",
        (_, field, recorded, ours) =>
            field is AccessControl.FieldName or "query"
            && recorded!
                .AsArray()
                .Select(value => (string?)value)
                .Where(value => value?.StartsWith("user:", StringComparison.Ordinal) == false)
                .Order(StringComparer.Ordinal)
                .SequenceEqual(ours!.AsArray().Select(value => (string?)value).Order(StringComparer.Ordinal))
    );

    private protected override ReplaySource Source => SalesforceReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        SalesforceReplay.Documents(recording, file);

    [Fact]
    public Task DocumentsAreTheRecordedOnes() => CompareDocumentsAsync("first", "first", NoTime, Content, LargeFile);

    [Fact]
    public Task DocumentsOfRulesAreTheRecordedOnes() => CompareDocumentsAsync("rules", "rules", NoTime);

    [Fact]
    public Task DocumentsListWhoMaySeeThem() => CompareDocumentsAsync("access-control", "dls", NoTime, Content, NoNames);

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            NoNames,
            new Difference("An identity has no time of its last change of its own.", (_, field, _, ours) =>
                field == "_timestamp" && ours is null
            )
        );

    /// <summary>The recorded source wrote a condition that Salesforce rejects (run access-control-single).</summary>
    [Fact]
    public async Task AnObjectThatOneUserMayReadIsOpenToThatUser()
    {
        var source = SalesforceReplay.Source.With(request =>
            SalesforceReplay.SoqlOf(request).Contains("from permissionsetassignment", StringComparison.Ordinal)
                ? SalesforceReplay.Records([new JsonObject { ["AssigneeId"] = "005A" }])
                : null
        );
        await using var server = await StartAsync("access-control", source);
        await using var opened = server.Open();
        var account = (await ReadAsync(opened)).Single(document => (string)document["_id"]! == "001A");
        Assert.Equal(
            ["email:ann@example.org", "user_id:005A"],
            account[AccessControl.FieldName]!.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal)
        );
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task TheContentOfAFileIsItsLatestVersion()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(["paper1.txt", "paper2.pdf"], contents.Select(content => content.FileName));
        Assert.Equal([7, 20_000_000], contents.Select(content => content.SizeInBytes));
        using var reader = new StreamReader(await contents[0].OpenAsync(Cancellation), Encoding.UTF8);
        Assert.Equal("content", await reader.ReadToEndAsync(Cancellation));
    }

    /// <summary>
    /// REST API Developer Guide, "Execute a SOQL Query" and "Query": the result of a subquery has the fields of any result, so that it may
    /// end with <c>done: false</c> and an address of its own, which is asked for without parameters.
    /// </summary>
    [Fact]
    public async Task FilesThatAreNotOnTheFirstPageOfASubqueryAreListedToo()
    {
        var source = SalesforceReplay.Source.With(request =>
            request.Url.AbsolutePath switch
            {
                "/services/data/v59.0/query/01gA-2" => SalesforceReplay.Page("01gA-4", Link("069A3"), Link("069A4")),
                "/services/data/v59.0/query/01gA-4" => SalesforceReplay.Page(null, Link("069A5")),
                _ when SalesforceReplay.SoqlOf(request).EndsWith(" from account", StringComparison.Ordinal) => SalesforceReplay.Page(
                    null,
                    new JsonObject
                    {
                        ["attributes"] = new JsonObject { ["type"] = "Account" },
                        ["Id"] = "001A",
                        ["ContentDocumentLinks"] = JsonNode.Parse(SalesforceReplay.Page("01gA-2", Link("069A1"), Link("069A2")).Body),
                    }
                ),
                _ => null,
            }
        );
        await using var server = await StartAsync("first", source);
        await using var opened = server.Open("standard_objects_to_sync", "Account");
        var account = (await ReadAsync(opened)).Single(document => (string)document["_id"]! == "001A");
        var links = account["ContentDocumentLinks"]!;
        Assert.Equal(
            ["069A1", "069A2", "069A3", "069A4", "069A5"],
            links["records"]!.AsArray().Select(link => (string)link!["ContentDocument"]!["Id"]!)
        );
        Assert.All(links["records"]!.AsArray(), link => Assert.Equal("001A", (string)link!["ContentDocument"]!["linked_sobject_id"]!));
        Assert.True((bool)links["done"]!);
        Assert.Null(links["nextRecordsUrl"]);

        static JsonObject Link(string id) => new() { ["ContentDocument"] = new JsonObject { ["Id"] = id } };
    }

    [Fact]
    public async Task WhenTheDaysRequestsAreUsedUpTheSyncIsTriedAgainAnHourLater()
    {
        await using var server = await StartAsync("rate-limited");
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(source));
        Assert.Equal((FailureKind.Retry, TimeSpan.FromHours(1)), (failure.Kind, failure.RetryAfter));
    }

    [Theory]
    [InlineData("domain", "https://example.com", "domain: not a domain of Salesforce")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("client_secret", "", "client_secret: required")]
    [InlineData("standard_objects_to_sync", "Contract", "standard_objects_to_sync: 'Contract' is none of Account")]
    [InlineData("custom_objects_to_sync", "Tunnel", "custom_objects_to_sync: there is no custom object 'Tunnel__c'")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Fact]
    public async Task TheWholeHostIsADomainToo()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open("domain", "https://Fabrikam.my.salesforce.com/");
        await source.PingAsync(Cancellation);
        Assert.All(server.Requests, request => Assert.Contains("https://fabrikam.my.salesforce.com/", request, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<JsonObject>> ReadAsync(IDataSource source) =>
        RecordedDocuments.Of((await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents());
}
