using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.ServiceNow;

public sealed class ServiceNowReplayTests : ReplayTests
{
    private protected override ReplaySource Source => ServiceNowReplay.Source;

    [Theory]
    [InlineData("first", "first")]
    [InlineData("again", "again")]
    [InlineData("rules", "rules")]
    [InlineData("access-control", "dls")]
    public Task DocumentsAreTheRecordedOnes(string run, string file) => CompareDocumentsAsync(run, file);

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference(
                "A user without a mail address has none: 'email:' alone would be shared with others who have none.",
                (_, field, _, ours) =>
                    field is "query" or "identity" && ours!.ToJsonString().Contains("username:bob", StringComparison.Ordinal)
            ),
            new Difference("created_at is when the user was made; recorded is the time of the last change.", (_, field, _, _) =>
                field == "created_at"
            )
        );

    [Fact]
    public Task ContentsAreTheRecordedOnes() => CompareContentsAsync("first", ["note.txt"]);

    [Fact]
    public async Task ATableThatCannotBeReadIsAGapAndTheOthersAreRead()
    {
        await using var server = await StartAsync("again");
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
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);
}
