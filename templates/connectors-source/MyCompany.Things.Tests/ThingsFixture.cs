using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;

namespace MyCompany.Things.Tests;

/// <summary>The source over a web service with twelve items, five a page.</summary>
public sealed class ThingsFixture : SourceFixture
{
    public override IReadOnlyCollection<string> Ids { get; } = [.. Enumerable.Range(1, 12).Select(number => $"item-{number:00}")];

    public override JsonObject Values { get; } = new() { ["url"] = "http://things.example", ["api_key"] = "se-cr-et" };

    public override IReadOnlyCollection<string> Secrets { get; } = ["se-cr-et"];

    /// <summary>The page that is refused once, because it is asked for too often.</summary>
    public int? RefusedPage { get; set; }

    /// <summary>The pages that were asked for.</summary>
    public List<int> Pages { get; } = [];

    public override IDataSource Create(SourceContext context) =>
        new ThingsDataSource(context) { Http = new HttpClient(new WebService(this)) };

    private sealed class WebService(ThingsFixture fixture) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // At every call the suite may say that this one fails.
            if (!fixture.Calls.Enter())
            {
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
            }

            var page = int.Parse(request.RequestUri!.Query["?page=".Length..]);
            fixture.Pages.Add(page);
            if (fixture.RefusedPage == page)
            {
                fixture.RefusedPage = null;
                var refusal = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
                refusal.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
                return Task.FromResult(refusal);
            }

            var items = fixture
                .Ids.Skip((page - 1) * 5)
                .Take(5)
                .Select(id => new
                {
                    id,
                    title = $"Title of {id}",
                    updated = "2026-01-01T00:00:00Z",
                });
            return Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(items) });
        }
    }
}
