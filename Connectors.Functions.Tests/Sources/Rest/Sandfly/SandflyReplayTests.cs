using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Sandfly;

public sealed class SandflyReplayTests : ReplayTests
{
    private const string Results = "/v4/results";

    private static readonly Difference TimeOfSync = new(
        "Hosts and keys have no time: the digest tells; recorded is the time of the sync, which would write them again each time.",
        (_, field, theirs, ours) => field == "_timestamp" && theirs is not null && ours is null
    );

    private protected override ReplaySource Source => SandflyReplay.Source;

    [Fact]
    public Task DocumentsAreTheRecordedOnes() => CompareDocumentsAsync("first", "first", TimeOfSync);

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task AnIncrementalSyncReadsTheResultsAfterTheLastOne(int size)
    {
        await using var server = await StartAsync("incremental");
        var (after, documents, end) = (PageToken.Start, new List<ReadDocument>(), default(string));
        while (end is null)
        {
            // Each page is read by a source that knows nothing of the others.
            await using var source = server.Open();
            using var page = await ((IChangeFeed)source).ReadChangesAsync("4", after, new PageLimits(size, 1024 * 1024), Cancellation);
            documents.AddRange(
                Enumerable
                    .Range(0, page.Upserts.Count)
                    .Select(index => page.Upserts[index])
                    .Select(item => new ReadDocument(
                        Encoding.UTF8.GetString(item.Id.Span),
                        item.Timestamp,
                        Encoding.UTF8.GetString(item.Body.Span)
                    ))
            );
            (after, end) = (page.Upserts.IsLast ? PageToken.Start : page.Upserts.Next, page.Cursor);
        }

        Assert.Empty(server.Unknown);
        Assert.Equal("5", end);
        RecordedDocuments.Compare(
            server.Recording.Documents("incremental"),
            RecordedDocuments.Of(documents),
            TimeOfSync,
            new Difference("What the framework adds to a document of an incremental sync.", (_, field, _, _) => field is "_op" or "id")
        );
    }

    [Fact]
    public async Task TheCursorIsTheNumberOfTheNewestResult()
    {
        // docs.sandflysecurity.com, results: sorted by sequence_id, which only grows, as the recorded source sorts them.
        var newest = SandflyReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == Results && (string?)request.Body!["sort"]![0]!["sort"] == "desc"
                    ? SandflyReplay.Results(more: true, "17")
                    : null
        );
        await using var server = await StartAsync("first", newest);
        await using var source = server.Open();
        Assert.Equal("17", (await ((IChangeFeed)source).FindCursorAsync(Cancellation)).Cursor);
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task ACursorOfAnotherServiceAsksForAFullSync()
    {
        await using var server = await StartAsync("incremental");
        await using var source = server.Open();
        using var page = await ((IChangeFeed)source).ReadChangesAsync("{}", PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Contains("number", page.ExpiredReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResultsThatAreAnnouncedAndDoNotComeAreNotTakenForTheEnd()
    {
        var empty = SandflyReplay.With((request, _) => request.Url.AbsolutePath == Results ? SandflyReplay.Results(more: true) : null);
        await using var server = await StartAsync("first", empty);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("gives none", failure.Message, StringComparison.Ordinal);
    }

    // Sandfly's add-on for Splunk, input "SSH keys": sshhunter/summary?size=5&page=1, the next page while more_results is true.
    [Fact]
    public async Task KeysBeyondTheFirstPageAreReadToo()
    {
        var more = SandflyReplay.With(
            (request, _) =>
                request.Url.AbsolutePath switch
                {
                    "/v4/sshhunter/summary" => SandflyReplay.Keys(more: request.Url.Query == "?size=100&page=1", request.Url.Query[^1..]),
                    "/v4/sshhunter/key/1" or "/v4/sshhunter/key/2" => ReplayAnswer.Json(
                        new JsonObject { ["key_value"] = request.Url.Segments[^1], ["friendly_name"] = "deploy" }
                    ),
                    _ => null,
                }
        );
        await using var server = await StartAsync("first", more);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, new PageLimits(1, 1024 * 1024), Cancellation);
        Assert.All(pages, page => Assert.Null(page.Gap));
        Assert.Equal(
            ["1", "2"],
            pages
                .Documents()
                .Select(document => document.Json())
                .Where(document => document.TryGetProperty("sandfly_ssh_keys", out _))
                .Select(document => document.GetProperty("sandfly_ssh_keys").GetProperty("key_value").GetString())
        );
    }

    [Fact]
    public async Task KeysThatAreAnnouncedAndDoNotComeAreNotTakenForTheEnd()
    {
        var empty = SandflyReplay.With(
            (request, _) => request.Url.AbsolutePath == "/v4/sshhunter/summary" ? SandflyReplay.Keys(more: true) : null
        );
        await using var server = await StartAsync("first", empty);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("more SSH keys, and gives none", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-05-31T00:00:00Z", "elasticsearch_replication", "licence ended on 2024-05-31")]
    [InlineData("2030-01-01T00:00:00Z", "syslog_replication", "lacks the feature elasticsearch_replication")]
    public async Task ALicenceThatDoesNotDoIsNamed(string end, string feature, string sentence)
    {
        var license = SandflyReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/v4/license"
                    ? ReplayAnswer.Json(
                        new JsonObject
                        {
                            ["date"] = new JsonObject { ["expiry"] = end },
                            ["limits"] = new JsonObject { ["features"] = new JsonArray(feature) },
                        }
                    )
                    : null
        );
        await using var server = await StartAsync("first", license);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server_url", "sandfly", "server_url: not an address")]
    [InlineData("username", "", "username: required")]
    [InlineData("password", "", "password: required")]
    [InlineData("fetch_days", "0", "fetch_days: 0 is out of range")]
    [InlineData("ssl_ca", "no certificate", "ssl_ca: ")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        var verified = SandflyReplay.Source with
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["verify_ssl"] = "true" },
        };
        await using var server = await StartAsync("first", verified);
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateIsCheckedByTheAuthoritiesOfTheSystemUnlessOthersAreGiven()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open("verify_ssl", true);
        await source.PingAsync(Cancellation);
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task ARefusedSignInNamesItsFields()
    {
        var refused = SandflyReplay.With(
            (request, _) => request.Url.AbsolutePath == "/v4/auth/login" ? ReplayAnswer.Json(401, new JsonObject()) : null
        );
        await using var server = await StartAsync("first", refused);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("Check username and password", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }
}
