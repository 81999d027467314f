using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Gmail;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Gmail;

public sealed class GmailReplayTests : ReplayTests
{
    private static readonly Difference[] Differences =
    [
        new("The time is a time; recorded is a number in a text.", (_, field, recorded, ours) =>
            field == "_timestamp"
            && ours is not null
            && DateTimeOffset.FromUnixTimeMilliseconds(long.Parse((string)recorded!, System.Globalization.CultureInfo.InvariantCulture))
                == DateTimeOffset.Parse((string)ours!, System.Globalization.CultureInfo.InvariantCulture)
        ),
        new("The content is fetched when the document is written, and only then.", (_, field, _, ours) =>
            field == "_attachment" && ours is null
        ),
    ];

    private protected override ReplaySource Source => GmailReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file)
    {
        var documents = base.RecordedIn(recording, file);
        foreach (var document in documents)
        {
            document["_id"] = GmailReplay.IdOf((string)document["_id"]!);
        }

        return documents;
    }

    [Theory]
    [InlineData("first", "first")]
    [InlineData("full-raw", "full-raw")]
    [InlineData("access-control", "dls")]
    [InlineData("rules", "rules")]
    public async Task DocumentsAreTheRecordedOnesButForTheMailboxInTheirIds(string run, string file)
    {
        var pages = await CompareDocumentsAsync(run, file, Differences);
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference("An account whose age nobody told has none; recorded is the time of the sync.", (id, field, _, ours) =>
                id == "bob@example.org" && field == "created_at" && ours is null
            )
        );

    [Fact]
    public async Task ContentsAreTheTextsOfTheRecordedOnes()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(["m1.txt", "m2.txt"], contents.Select(content => content.FileName));
        var recorded = server.Recording.Documents("first");
        for (var index = 0; index < contents.Count; index++)
        {
            // Recorded is a message (MIME) that was made of the text: the headers that say so have no place in a text.
            var lines = Text(Convert.FromBase64String((string)recorded[index]["_attachment"]!))
                .Split('\n')
                .Where(line =>
                    !line.StartsWith("Content-", StringComparison.Ordinal) && !line.StartsWith("MIME-Version", StringComparison.Ordinal)
                );
            Assert.Equal(string.Join('\n', lines).TrimEnd(), Text(await BytesAsync(contents[index])).TrimEnd());
        }
    }

    [Fact]
    public async Task RawContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("full-raw");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(["m1.eml", "m2.eml"], contents.Select(content => content.FileName));
        var recorded = server.Recording.Documents("full-raw").Select(document => (string)document["_attachment"]!).ToList();
        Assert.Equal(recorded[0], Convert.ToBase64String(await BytesAsync(contents[0])));
        Assert.Equal(recorded[1], Convert.ToBase64String(await BytesAsync(contents[1])));
        Assert.Equal(Convert.FromBase64String(recorded[0]).Length, contents[0].SizeInBytes);
    }

    [Fact]
    public async Task AMessageThatIsThereAlreadyIsNotFetched()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.DoesNotContain(server.Requests, request =>
            request.Contains("format=", StringComparison.Ordinal) && !request.Contains("minimal", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AMailboxThatIsNotSwitchedOnHasNoMessages()
    {
        // developers.google.com, Gmail API: Resolve errors: 400 failedPrecondition, "Mail service not enabled".
        var off = GmailReplay.With(request =>
            request.Url.AbsolutePath.Contains("/bob@example.org/", StringComparison.Ordinal)
            || request.Url.AbsolutePath.Contains("/bob%40example.org/", StringComparison.Ordinal)
                ? GoogleReplay.Error(400, "failedPrecondition")
                : null
        );
        var pages = await ReadAsync("first", off);
        Assert.Equal(2, pages.Ids().Count);
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public async Task UsersWithoutAMailboxAndSuspendedOnesAreNotAskedFor()
    {
        var users = GmailReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/directory/v1/users", StringComparison.Ordinal)
                ? ReplayAnswer.Json(
                    new JsonObject
                    {
                        ["users"] = new JsonArray(
                            new JsonObject { ["primaryEmail"] = "Ann@example.org", ["isMailboxSetup"] = true },
                            new JsonObject { ["primaryEmail"] = "bob@example.org", ["isMailboxSetup"] = false },
                            new JsonObject { ["primaryEmail"] = "eve@example.org", ["suspended"] = true }
                        ),
                    }
                )
                : null
        );
        await using var server = await StartAsync("first", users);
        await using var source = server.Open();
        Assert.Equal(["ann@example.org"], (await source.PartitionAsync(1, Cancellation)).Select(partition => partition.Name));
    }

    [Fact]
    public async Task AMessageThatIsGoneMeanwhileIsNeitherWrittenNorDeleted()
    {
        var gone = GmailReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/m1", StringComparison.Ordinal) ? GoogleReplay.Error(404, "notFound") : null
        );
        var pages = await ReadAsync("first", gone);
        Assert.Equal(["ann@example.org/m2"], pages.Ids());
        Assert.Equal(["ann@example.org/m1"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public async Task AnIncrementalSyncAsksForWhatCameSince()
    {
        var searches = new System.Collections.Concurrent.ConcurrentBag<string?>();
        var since = GmailReplay.With(request =>
        {
            if (!request.Url.AbsolutePath.EndsWith("/messages", StringComparison.Ordinal))
            {
                return null;
            }

            searches.Add(GmailReplay.Parameter(request, "q"));
            return ReplayAnswer.Json(new JsonObject());
        });
        await using var server = await StartAsync("rules", since);
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var start = await feed.FindCursorAsync(Cancellation);
        for (var after = PageToken.Start; ;)
        {
            using var page = await feed.ReadChangesAsync(start.Cursor!, after, PageLimits.Default, Cancellation);
            Assert.Equal(0, page.Upserts.Count);
            if (page.Upserts.IsLast)
            {
                break;
            }

            after = page.Upserts.Next;
        }

        // 2024-06-01T11:45:00Z
        Assert.All(searches, search => Assert.Equal("(from:bob) after:1717242300", search));
        Assert.Equal(2, searches.Count);
    }

    [Theory]
    [InlineData("""{"messages": ["from:bob"]}""", 0, "from:bob")]
    [InlineData("""{"messages": ["from:bob", "subject:(a b)"]}""", 0, "(from:bob) OR (subject:(a b))")]
    [InlineData("{}", 0, "")]
    [InlineData("""{"messages": []}""", 1, "")]
    [InlineData("""{"messages": [" ", 5], "labels": []}""", 2, " ")]
    [InlineData("[]", 1, "")]
    public void RulesAreCheckedAndBecomeOneSearch(string rules, int problems, string search)
    {
        Assert.Equal(problems, GmailRules.Check(JsonNode.Parse(rules)!).Count);
        Assert.Equal(search, GmailRules.SearchOf(JsonNode.Parse(rules)));
    }

    [Theory]
    [InlineData("service_account_credentials", "no JSON", "service_account_credentials: not the JSON")]
    [InlineData("subject", "", "subject: required")]
    [InlineData("customer_id", "", "customer_id: required")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Fact]
    public void TheTextOfAMailInHtmlIsWithoutItsTags()
    {
        var message = new JsonObject
        {
            ["payload"] = new JsonObject
            {
                ["mimeType"] = "text/html",
                ["body"] = new JsonObject { ["data"] = Base64UrlEncoder.Encode("<p>Hello <b>Ann</b></p>") },
            },
        };
        Assert.Equal("\nHello \nAnn", Encoding.UTF8.GetString(MessageText.Of(System.Text.Json.JsonSerializer.SerializeToElement(message))));
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static async Task<byte[]> BytesAsync(DocumentContent content)
    {
        await using var stream = await content.OpenAsync(Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
