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

    public override Task PingAsync(CancellationToken cancellationToken) => GetAsync(1, cancellationToken);

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var page = 1; await GetAsync(page, cancellationToken) is { Count: > 0 } items; page++)
        {
            foreach (var item in items)
            {
                yield return new SimpleDocument(item.Id, new { title = item.Title }, item.Updated);
            }
        }
    }

    private async Task<List<Item>> GetAsync(int page, CancellationToken cancellationToken)
    {
        var url = $"{Context.Settings.GetRequiredString("url").TrimEnd('/')}/items?page={page}";
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Context.Settings.GetSecret("api_key")?.Reveal());
            using var response = await Http.SendAsync(request, cancellationToken);
            return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<List<Item>>(Json, cancellationToken) ?? [];
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
                HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests } => (FailureKind.Retry, "It is asked too often."),
                HttpRequestException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError }
                or UriFormatException => (FailureKind.Fatal, "Check the field url."),
                _ => (FailureKind.Retry, "Check the field url, and that the service runs."),
            };
            throw new ConnectorException(kind, $"{url} can't be read: {failure.Message} {wayOut}");
        }
    }

    private sealed record Item(string Id, string Title, DateTimeOffset? Updated = null);
}
