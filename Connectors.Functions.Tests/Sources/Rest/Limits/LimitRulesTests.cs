using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Limits;

public sealed class LimitRulesTests
{
    private static readonly DateTimeOffset Now = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(200, "Retry-After", "5", null)]
    [InlineData(404, "Retry-After", "5", null)]
    [InlineData(403, "Retry-After", "5", 5)]
    [InlineData(429, "Retry-After", "0", 0)]
    [InlineData(503, "Retry-After", "Sat, 01 Jun 2024 12:01:00 GMT", 60)]
    [InlineData(429, "Retry-After", "Sat, 01 Jun 2024 11:00:00 GMT", 0)]
    [InlineData(429, "Retry-After", "soon", null)]
    public void RetryAfterCountsWhereTheAnswerIsARefusal(int status, string header, string value, int? seconds) =>
        Check(LimitRules.RetryAfter, status, seconds, (header, value));

    [Theory]
    [InlineData(403, "0", "1717243260", 61)]
    [InlineData(403, "0", "rubbish", 60)]
    [InlineData(403, "12", "1717243260", null)]
    [InlineData(429, "12", "1717243260", 60)]
    [InlineData(200, "0", "1717243260", null)]
    public void GitHubTellsByItsHeadersWhetherA403IsALimit(int status, string remaining, string reset, int? seconds) =>
        Check(LimitRules.GitHub, status, seconds, ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset));

    [Fact]
    public void TheOthersHaveHeadersOfTheirOwn()
    {
        Check(LimitRules.ResetAt("RateLimit-Reset"), 429, 11, ("RateLimit-Reset", "1717243210"));
        Check(LimitRules.ResetAt("RateLimit-Reset"), 200, null, ("RateLimit-Reset", "1717243210"));
        Check(LimitRules.Atlassian, 429, 90, ("X-RateLimit-Reset", "2024-06-01T12:01:30Z"));
        Check(LimitRules.Salesforce, 403, 3600, ("Sforce-Limit-Info", "api-usage=15000/15000"));
        Check(LimitRules.Salesforce, 403, null, ("Sforce-Limit-Info", "api-usage=18/15000"));
    }

    private static void Check(LimitRule rule, int status, int? seconds, params (string Name, string Value)[] headers)
    {
        using var message = new HttpResponseMessage((HttpStatusCode)status);
        foreach (var (name, value) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = new RestResponse(new Uri("https://things.example/"), message, new PooledBuffer());
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, rule(answer, Now));
    }
}
