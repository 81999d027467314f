using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support;
using MyCompany.Things;
using Xunit;

namespace Connectors.Tests.Templates;

/// <summary>The source of the template over a service that wants to be left alone now and then.</summary>
public sealed class ThingsDataSourceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly FastForwardTimeProvider _clock = new(TimeSpan.FromHours(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2")]
    [InlineData("Sat, 31 Jan 2026 12:00:02 GMT")]
    public async Task AListingThatIsRefusedAtEveryThirdCallIsReadToItsEnd(string retryAfter)
    {
        var service = new Service(call => call % 3 == 0 ? (HttpStatusCode.TooManyRequests, retryAfter) : null);

        Assert.Equal(57, (await ReadAsync(service)).Count);
        Assert.Equal([1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8], service.Pages);
        Assert.True(_clock.GetUtcNow() >= Start.AddSeconds(2));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "90", 90)]
    [InlineData(HttpStatusCode.TooManyRequests, "Sat, 31 Jan 2026 12:01:00 GMT", 60)]
    [InlineData(HttpStatusCode.TooManyRequests, "Sat, 31 Jan 2026 11:59:00 GMT", 0)]
    [InlineData(HttpStatusCode.TooManyRequests, null, 10)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "7", 7)]
    [InlineData(HttpStatusCode.InternalServerError, null, 2)]
    [InlineData(HttpStatusCode.BadGateway, null, 2)]
    public async Task ItWaitsAsLongAsItIsAskedTo(HttpStatusCode status, string? retryAfter, int seconds)
    {
        var service = new Service(call => call == 2 ? (status, retryAfter) : null);

        Assert.Equal(57, (await ReadAsync(service)).Count);
        Assert.Equal([1, 2, 2, 3, 4, 5, 6, 7], service.Pages.Take(8));
        Assert.Equal(TimeSpan.FromSeconds(seconds), _clock.GetUtcNow() - Start);
    }

    [Fact]
    public async Task AServiceThatIsIllAtEveryThirdCallIsReadToItsEnd()
    {
        var service = new Service(call => call % 3 == 0 ? (HttpStatusCode.InternalServerError, null) : null);

        Assert.Equal(57, (await ReadAsync(service)).Count);
        Assert.Equal([1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8], service.Pages);
    }

    [Theory]
    [InlineData("121", 2, 0)]
    [InlineData("60", 6, 240)]
    public async Task AWaitThatIsTooLongAndARefusalTooManyAreLeftToTheService(string retryAfter, int calls, int seconds)
    {
        var service = new Service(call => call > 1 ? (HttpStatusCode.TooManyRequests, retryAfter) : null);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(service));

        Assert.Equal(
            "http://things.example/items?page=2 can't be read now: the service answers 429. Check that it is well.",
            failure.Message
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(TimeSpan.FromSeconds(int.Parse(retryAfter, CultureInfo.InvariantCulture)), failure.RetryAfter);
        Assert.Equal(calls, service.Pages.Count);
        Assert.Equal(TimeSpan.FromSeconds(seconds), _clock.GetUtcNow() - Start);
    }

    [Fact]
    public async Task ThePingSaysAtOnceThatItIsRefused()
    {
        var service = new Service(_ => (HttpStatusCode.TooManyRequests, "2"));
        await using var source = Open(service);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.Equal((FailureKind.Retry, TimeSpan.FromSeconds(2)), (failure.Kind, failure.RetryAfter));
        Assert.Equal([1], service.Pages);
    }

    private async Task<IReadOnlyList<string>> ReadAsync(Service service)
    {
        await using var source = Open(service);
        return (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids();
    }

    private ThingsDataSource Open(Service service)
    {
        var values = new Dictionary<string, JsonNode?> { ["url"] = "http://things.example", ["api_key"] = "se-cr-et" };
        var context = new SourceContext { Settings = new SourceSettings(values), TimeProvider = _clock };
        return new ThingsDataSource(context) { Http = new HttpClient(service) };
    }

    /// <summary>57 items in seven pages.</summary>
    /// <param name="refuse">By the number of the call, from 1: how it is refused, or null.</param>
    private sealed class Service(Func<int, (HttpStatusCode Status, string? RetryAfter)?> refuse) : HttpMessageHandler
    {
        public List<int> Pages { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var page = int.Parse(request.RequestUri!.Query["?page=".Length..], CultureInfo.InvariantCulture);
            Pages.Add(page);
            if (refuse(Pages.Count) is var (status, retryAfter))
            {
                var refusal = new HttpResponseMessage(status);
                if (retryAfter is not null)
                {
                    refusal.Headers.Add("Retry-After", retryAfter);
                }

                return Task.FromResult(refusal);
            }

            var items = Enumerable
                .Range(1, 57)
                .Chunk(9)
                .ElementAtOrDefault(page - 1)
                ?.Select(number => new JsonObject { ["id"] = $"{number}", ["title"] = "T" });
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(new JsonArray([.. items ?? []]).ToJsonString()) });
        }
    }
}
