using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Microsoft;

/// <summary>
/// Asks for up to twenty things with one request (JSON batching). What is throttled is asked for again when its own <c>Retry-After</c> is
/// over; a list of several pages is read to its end. Safe for concurrent use.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="permission">What is needed to read these lists: <c>Files.Read.All</c>.</param>
internal sealed class GraphBatch(RestClient client, string permission)
{
    private const int MostRequests = 20;
    private const int MostTries = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The items of each list, in the order of the addresses; <see langword="null"/> for one that is not there (404). Each may be
    /// kept.</summary>
    /// <param name="addresses">Relative to the version: <c>/drives/D/items/I/permissions</c>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ConnectorException">Any other list could not be had.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<JsonElement>?>> ListsAsync(
        IReadOnlyList<string> addresses,
        CancellationToken cancellationToken
    )
    {
        var answers = await GetAsync(addresses, cancellationToken);
        var lists = new IReadOnlyList<JsonElement>?[addresses.Count];
        for (var index = 0; index < lists.Length; index++)
        {
            var (status, body) = answers[index];
            lists[index] = status switch
            {
                HttpStatusCode.OK => await AllAsync(addresses[index], body, cancellationToken),
                HttpStatusCode.NotFound => null,
                _ => throw ErrorOf(addresses[index], status),
            };
        }

        return lists;
    }

    /// <summary>Each answer, in the order of the addresses, with whatever status is final. Bodies may be kept.</summary>
    /// <param name="addresses">Relative to the version.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ConnectorException">One could not be had at the moment.</exception>
    public async Task<IReadOnlyList<(HttpStatusCode Status, JsonElement? Body)>> GetAsync(
        IReadOnlyList<string> addresses,
        CancellationToken cancellationToken
    )
    {
        var answers = new (HttpStatusCode Status, JsonElement? Body)[addresses.Count];
        foreach (var some in Enumerable.Range(0, addresses.Count).Chunk(MostRequests))
        {
            var left = some;
            for (var tries = 1; left.Length > 0; tries++)
            {
                var (again, wait) = await AskAsync(addresses, left, answers, cancellationToken);
                if (again.Count > 0 && (tries == MostTries || wait > LongestWait))
                {
                    throw RestErrors.Throttled($"Microsoft Graph ({addresses[again[0]]})", answers[again[0]].Status, wait);
                }

                if (again.Count > 0)
                {
                    await client.WaitAsync(wait, cancellationToken);
                }

                left = [.. again];
            }
        }

        return answers;
    }

    private async Task<(List<int> Again, TimeSpan Wait)> AskAsync(
        IReadOnlyList<string> addresses,
        int[] some,
        (HttpStatusCode Status, JsonElement? Body)[] answers,
        CancellationToken cancellationToken
    )
    {
        var requests = some.Select(index =>
            (JsonNode)
                new JsonObject
                {
                    ["id"] = Id(index),
                    ["method"] = "GET",
                    ["url"] = addresses[index],
                }
        );
        var body = new JsonObject { ["requests"] = new JsonArray([.. requests]) };
        using var answer = await client.SendAsync(RestRequest.Post("$batch", body), cancellationToken);
        var parts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var part in answer.Json.Items("responses"))
        {
            parts[part.Text("id") ?? string.Empty] = part;
        }

        var (again, wait) = (new List<int>(), TimeSpan.FromSeconds(1));
        foreach (var index in some)
        {
            var number = parts.TryGetValue(Id(index), out var part) ? Math.Max(part.Number("status"), 0) : 0;
            var status = (HttpStatusCode)number;
            if (number != 0 && !RestErrors.IsPassing(status))
            {
                answers[index] = (status, part.Find("body")?.Clone());
                continue;
            }

            // What the answer leaves out was not done.
            answers[index] = (number == 0 ? HttpStatusCode.TooManyRequests : status, null);
            again.Add(index);
            var asked = TimeSpan.FromSeconds(Math.Max(RetryAfter(part), 1));
            wait = asked > wait ? asked : wait;
        }

        return (again, wait);
    }

    private async Task<IReadOnlyList<JsonElement>> AllAsync(string address, JsonElement? body, CancellationToken cancellationToken)
    {
        if (body?.Find("value") is not { ValueKind: JsonValueKind.Array } first)
        {
            throw new ConnectorException($"Microsoft Graph ({address}): gives no list.");
        }

        var items = first.EnumerateArray().Select(item => item.Clone()).ToList();
        if (body.Value.Text("@odata.nextLink") is { } next)
        {
            var rest = RestRequest.Get(PageLink.Of(new Uri(Graph.Address), next));
            items.AddRange(await client.ListAsync(rest, Graph.Paging, cancellationToken).ToListAsync(cancellationToken));
        }

        return items;
    }

    private ConnectorException ErrorOf(string address, HttpStatusCode status) =>
        status == HttpStatusCode.Forbidden
            ? Graph.Refused(address, permission)
            : new ConnectorException(
                FailureKind.Fatal,
                $"Microsoft Graph ({address}): answers {(int)status}, which is neither success nor an error that passes.",
                RestErrors.Cause(status)
            );

    private static long RetryAfter(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.Find("headers") is { ValueKind: JsonValueKind.Object } headers
            ? headers
                .EnumerateObject()
                .Where(header => header.Name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase))
                .Select(header => headers.Number(header.Name))
                .FirstOrDefault()
            : 0;

    private static string Id(int index) => index.ToString(CultureInfo.InvariantCulture);
}
