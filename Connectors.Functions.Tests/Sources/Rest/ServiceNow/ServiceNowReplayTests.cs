using System.Security.Cryptography;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.ServiceNow;

public sealed class ServiceNowReplayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("first", "first")]
    [InlineData("again", "again")]
    [InlineData("rules", "rules")]
    [InlineData("access-control", "dls")]
    public async Task DocumentsAreTheRecordedOnes(string run, string file)
    {
        await using var server = await ReplayServer.StartAsync(ServiceNowReplay.Source, run, calls: null, Cancellation);
        await using var source = server.Open();
        await source.PingAsync(Cancellation);
        var documents = (await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents();
        Assert.Empty(server.Unknown);
        RecordedDocuments.Compare(server.Recording.Documents(file), RecordedDocuments.Of(documents));
    }

    [Fact]
    public async Task IdentitiesAreTheRecordedOnes()
    {
        await using var server = await ReplayServer.StartAsync(ServiceNowReplay.Source, "access-control", calls: null, Cancellation);
        await using var source = server.Open();
        var identities = await RecordedDocuments.IdentitiesAsync(source, Cancellation);
        Assert.Empty(server.Unknown);
        RecordedDocuments.Compare(
            [.. server.Recording.Documents("access-control").Select(RecordedDocuments.Identity)],
            identities,
            new Difference(
                "A user without a mail address has none: 'email:' alone would be shared with others who have none.",
                (_, field, _, ours) =>
                    field is "query" or "identity" && ours!.ToJsonString().Contains("username:bob", StringComparison.Ordinal)
            ),
            new Difference("created_at is when the user was made; recorded is the time of the last change.", (_, field, _, _) =>
                field == "created_at"
            )
        );
    }

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await ReplayServer.StartAsync(ServiceNowReplay.Source, "first", calls: null, Cancellation);
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        var (length, sha256) = Assert.Single(server.Recording.Attachments).Value;
        await using var stream = await Assert.Single(contents).OpenAsync(Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        Assert.Equal(length, copy.Length);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(copy.ToArray())));
    }

    [Fact]
    public async Task ATableThatCannotBeReadIsAGapAndTheOthersAreRead()
    {
        await using var server = await ReplayServer.StartAsync(ServiceNowReplay.Source, "again", calls: null, Cancellation);
        await using var source = server.Open();
        server.Reset((0, ReplayFault.Forbidden));
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.StartsWith("sys_user, records: ", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Contains("00000000000000000000000000000064", pages.Ids());
    }

    [Theory]
    [InlineData("url", "example.service-now.com", "url: not an address")]
    [InlineData("username", "", "username: required")]
    [InlineData("password", "", "password: required")]
    [InlineData("services", "Unheard-of", "services: there is no table 'Unheard-of'")]
    [InlineData("retry_count", "99", "retry_count: 99 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await ReplayServer.StartAsync(ServiceNowReplay.Source, "first", calls: null, Cancellation);
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }
}
