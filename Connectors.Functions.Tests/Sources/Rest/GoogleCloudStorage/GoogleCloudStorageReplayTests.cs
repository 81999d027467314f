using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GoogleCloudStorage;

public sealed class GoogleCloudStorageReplayTests : ReplayTests
{
    private protected override ReplaySource Source => GoogleCloudStorageReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file)
    {
        var documents = base.RecordedIn(recording, file);
        foreach (var document in documents)
        {
            document["_id"] = GoogleCloudStorageReplay.IdOf((string)document["_id"]!);
        }

        return documents;
    }

    [Theory]
    [InlineData("first", 1)]
    [InlineData("again", 0)]
    public async Task DocumentsAreTheRecordedOnesButForTheGenerationInTheirIds(string run, int gaps)
    {
        var pages = await CompareDocumentsAsync(run, run);
        // The bucket b2 is closed: the recorded source passes it over, and its documents are deleted.
        Assert.Equal(gaps, pages.Count(page => page.Gap?.Contains("Storage Object Viewer", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(["dir/it's ü.txt", "noext", "pic.png"], contents.Select(content => content.FileName));
        Assert.Equal(server.Recording.Attachments["b1/dir/it's ü.txt/1"], await MeasureAsync(contents[0]));
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task ABucketWithoutObjectsIsEmptyAndNoError()
    {
        // cloud.google.com, Cloud Storage JSON API, Objects: list: items is left out when there are none.
        var empty = GoogleCloudStorageReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/o", StringComparison.Ordinal)
                ? ReplayAnswer.Json(new JsonObject { ["kind"] = "storage#objects" })
                : null
        );
        var pages = await ReadAsync("first", empty);
        Assert.Empty(pages.Documents());
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public async Task ANameThatStandsForAFolderHasNoContent()
    {
        var folder = GoogleCloudStorageReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/o", StringComparison.Ordinal)
                ? ReplayAnswer.Json(
                    new JsonObject
                    {
                        ["items"] = new JsonArray(
                            new JsonObject
                            {
                                ["name"] = "reports/",
                                ["bucket"] = "b1",
                                ["size"] = "11",
                            }
                        ),
                    }
                )
                : null
        );
        await using var server = await StartAsync("again", folder);
        await using var source = server.Open();
        var page = Assert.Single(await source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Equal("b1/reports/", Assert.Single(page.Documents).Id);
        Assert.Empty(page.Contents);
    }

    [Fact]
    public async Task AQuotaThatIsUsedUpIsWaitedFor()
    {
        var refused = 0;
        var busy = GoogleCloudStorageReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/o", StringComparison.Ordinal) && Interlocked.Increment(ref refused) < 3
                ? GoogleReplay.Error(403, "userRateLimitExceeded")
                : null
        );
        await using var server = await StartAsync("again", busy);
        await using var source = server.Open();
        Assert.Equal(4, (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Count);
        Assert.True(server.Time.Waited >= TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task TheAssertionIsForGoogleAndAsksOnlyForReading()
    {
        JsonObject? claims = null;
        var watched = GoogleCloudStorageReplay.With(request =>
        {
            claims = request.Url.AbsolutePath == "/token" ? GoogleReplay.ClaimsOf(request) : claims;
            return null;
        });
        await using var server = await StartAsync("again", watched);
        await using var source = server.Open();
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal("https://oauth2.googleapis.com/token", (string?)claims!["aud"]);
        Assert.Equal("mirror@proj-1.iam.gserviceaccount.com", (string?)claims["iss"]);
        Assert.Equal("https://www.googleapis.com/auth/devstorage.read_only", (string?)claims["scope"]);
        Assert.Null(claims["sub"]);
        Assert.Single(server.Requests, request => request.EndsWith("/token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("accessNotConfigured", "Enable it in the Google Cloud project")]
    [InlineData("insufficientPermissions", "Delegate the scopes")]
    [InlineData("forbidden", "the roles Storage Object Viewer")]
    public async Task ARefusalSaysWhatToDo(string reason, string sentence)
    {
        var closed = GoogleCloudStorageReplay.With(request =>
            request.Url.Host == "storage.googleapis.com" ? GoogleReplay.Error(403, reason) : null
        );
        await using var server = await StartAsync("again", closed);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKeyThatIsRefusedIsNamed()
    {
        var refused = GoogleCloudStorageReplay.With(request =>
            request.Url.AbsolutePath == "/token"
                ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant", ["error_description"] = "Invalid JWT" })
                : null
        );
        await using var server = await StartAsync("again", refused);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("(invalid_grant): ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(". Check service_account_credentials", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service_account_credentials", "", "service_account_credentials: required")]
    [InlineData("service_account_credentials", "{\"type\": \"authorized_user\"}", "service_account_credentials: not the JSON")]
    [InlineData("service_account_credentials", "se-cr-et", "service_account_credentials: not the JSON")]
    [InlineData(
        "service_account_credentials",
        "{\"type\": \"service_account\", \"client_email\": \"a@b\", \"private_key\": \"se-cr-et\"}",
        "service_account_credentials: the JSON has no project_id"
    )]
    [InlineData("buckets", "", "buckets: required")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence) =>
        Assert.StartsWith(sentence, (await PingFailsAsync(run: "again", field: (field, value))).Message, StringComparison.Ordinal);
}
