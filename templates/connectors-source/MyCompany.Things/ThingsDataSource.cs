using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;

namespace MyCompany.Things;

/// <summary>The items that a web service lists: <c>URL/items?page=1</c>, <c>2</c> and so on, until a page is empty.</summary>
public sealed class ThingsDataSource(SourceContext context) : EnumerableDataSource(context)
{
    // Together less than the ten minutes for which the service waits for a page.
    private const int MostTries = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    private static readonly HttpClient Shared = new();
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Things",
            ServiceType = "things",
            Fields =
            [
                new ConfigField("url", "Address") { Tooltip = "Of the web service, without /items." },
                new ConfigField("api_key", "API key") { Sensitive = true },
            ],
        };

    /// <summary>Tests put one of their own in.</summary>
    internal HttpClient Http { get; init; } = Shared;

    public override Task PingAsync(CancellationToken cancellationToken) => GetAsync(1, tries: 1, cancellationToken);

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var page = 1; await GetAsync(page, MostTries, cancellationToken) is { Count: > 0 } items; page++)
        {
            foreach (var item in items)
            {
                yield return new SimpleDocument(item.Id, new { title = item.Title }, item.Updated);
            }
        }
    }

    private async Task<List<Item>> GetAsync(int page, int tries, CancellationToken cancellationToken)
    {
        var url = $"{Context.Settings.GetRequiredString("url").TrimEnd('/')}/items?page={page}";
        try
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Context.Settings.GetSecret("api_key")?.Reveal());
                using var response = await Http.SendAsync(request, cancellationToken);
                if (WaitOf(response) is not { } wait)
                {
                    return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<List<Item>>(Json, cancellationToken) ?? [];
                }

                // This page is asked for again here: what is thrown makes the service read from the first page.
                if (--tries == 0 || wait > LongestWait)
                {
                    throw new ConnectorException(
                        FailureKind.Retry,
                        $"{url} can't be read now: the service answers {(int)response.StatusCode}. Check that it is well.",
                        retryAfter: wait
                    );
                }

                await Task.Delay(wait, Context.TimeProvider, cancellationToken);
            }
        }
        catch (Exception failure)
            when (failure is HttpRequestException or JsonException or UriFormatException || failure.InnerException is TimeoutException)
        {
            // What may pass is tried again; what stays is told at once.
            var (kind, wayOut) = failure switch
            {
                JsonException => (FailureKind.Fatal, "Look at what the service answers there."),
                HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => (
                    FailureKind.Fatal,
                    "Check the field api_key."
                ),
                HttpRequestException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError }
                or UriFormatException => (FailureKind.Fatal, "Check the field url."),
                _ => (FailureKind.Retry, "Check the field url, and that the service runs."),
            };
            throw new ConnectorException(kind, $"{url} can't be read: {failure.Message} {wayOut}");
        }
    }

    /// <summary>How long to leave the service alone when it is asked too often or is ill; null for any other answer.</summary>
    private TimeSpan? WaitOf(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - Context.TimeProvider.GetUtcNow() : null;
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => NotNegative(asked ?? TimeSpan.FromSeconds(10)),
            >= HttpStatusCode.InternalServerError => NotNegative(asked ?? TimeSpan.FromSeconds(2)),
            _ => null,
        };

        // A date may be past.
        static TimeSpan NotNegative(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private sealed record Item(string Id, string Title, DateTimeOffset? Updated = null);
}
