using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>Sends several requests as one (ServiceNow's Batch API), and gives all of their answers or none.</summary>
internal sealed class ServiceNowBatch(RestClient client)
{
    /// <summary>Rows a page.</summary>
    public const int PageSize = 50;

    private const string Order = "ORDERBYsys_created_on^ORDERBYsys_id";

    /// <summary>
    /// The address of a page of a table's rows, oldest first; rows that were made in the same second are in the order of their ids.
    /// </summary>
    /// <param name="path">The table's path, perhaps with a query of its own.</param>
    /// <param name="query">An encoded query; empty for all rows.</param>
    /// <param name="offset">The number of the first row.</param>
    public static string Page(string path, string query, long offset) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}"
                + $"sysparm_query={Uri.EscapeDataString(query.Length == 0 ? Order : $"{Order}^{query}")}"
                + $"&sysparm_limit={PageSize}&sysparm_offset={offset}"
        );

    /// <summary>The number of rows that a query finds, also those that the user may not see.</summary>
    public async Task<long> CountAsync(string table, string query, CancellationToken cancellationToken, string filter = "")
    {
        var all = query.Length == 0 ? filter : $"{filter}sysparm_query={Uri.EscapeDataString(query)}&";
        using var answer = await client.GetAsync($"/api/now/table/{table}?{all}sysparm_limit=1", cancellationToken);
        return long.TryParse(answer.Header("X-Total-Count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new ConnectorException(
                $"ServiceNow does not say how many rows the table {table} has. Check that url is the address of an instance."
            );
    }

    /// <summary>All rows of a table that a query finds. Each may be kept.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="query">An encoded query; empty for all rows.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <param name="filter">Further conditions, as parameters of the address, each with an ampersand after it.</param>
    /// <param name="fields">Names of the fields that are wanted, with commas; empty for all.</param>
    public async Task<IReadOnlyList<JsonElement>> AllAsync(
        string table,
        string query,
        CancellationToken cancellationToken,
        string filter = "",
        string fields = ""
    )
    {
        var rows = new List<JsonElement>();
        var count = await CountAsync(table, query, cancellationToken, filter);
        var chosen = fields.Length == 0 ? string.Empty : $"sysparm_fields={Uri.EscapeDataString(fields)}&";
        var path = $"/api/now/table/{table}?{filter}{chosen}".TrimEnd('?', '&');
        for (var offset = 0; offset < count; offset += PageSize)
        {
            rows.AddRange((await GetAsync([Page(path, query, offset)], cancellationToken))[0]);
        }

        return rows;
    }

    /// <summary>The rows that each of some addresses gives. Each may be kept.</summary>
    /// <exception cref="ConnectorException">Any of them could not be had.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<JsonElement>>> GetAsync(
        IReadOnlyList<string> addresses,
        CancellationToken cancellationToken
    )
    {
        var requests = addresses.Select(
            (address, index) =>
                (JsonNode)
                    new JsonObject
                    {
                        ["id"] = Id(index),
                        ["headers"] = new JsonArray(Header("Content-Type"), Header("Accept")),
                        ["method"] = "GET",
                        ["url"] = address,
                    }
        );
        var body = new JsonObject { ["batch_request_id"] = "1", ["rest_requests"] = new JsonArray([.. requests]) };
        using var answer = await client.SendAsync(RestRequest.Post("/api/now/v1/batch", body), cancellationToken);
        var parts = answer.Json.Items("serviced_requests").ToDictionary(part => part.Text("id") ?? string.Empty, StringComparer.Ordinal);
        return [.. addresses.Select((address, index) => Rows(address, parts.TryGetValue(Id(index), out var part) ? part : null))];
    }

    private static List<JsonElement> Rows(string address, JsonElement? part)
    {
        var place = $"ServiceNow ({address.Split('?')[0]})";
        var number = part?.Number("status_code") ?? 0;
        var status = (HttpStatusCode)number;
        if (status != HttpStatusCode.OK)
        {
            throw number == 0 || RestErrors.IsPassing(status)
                ? new ConnectorException(
                    FailureKind.Retry,
                    $"{place}: could not answer at the moment ({number}).",
                    RestErrors.Cause(status)
                )
                : new ConnectorException(
                    FailureKind.Fatal,
                    $"{place}: answers {number}. {ServiceNowDataSource.PermissionHint}",
                    RestErrors.Cause(status)
                );
        }

        try
        {
            var body = part!.Value.Find("body") is { ValueKind: JsonValueKind.String } text ? text.GetBytesFromBase64() : [];
            using var document = JsonDocument.Parse(LoneSurrogates.Replace(body));
            return document.RootElement.Find("result") is { ValueKind: JsonValueKind.Array } rows
                ? [.. rows.EnumerateArray().Select(row => row.Clone())]
                : throw new ConnectorException($"{place}: gives no list of rows.");
        }
        catch (Exception broken) when (broken is JsonException or FormatException)
        {
            throw new ConnectorException(FailureKind.Retry, $"{place}: the answer is cut off or is not JSON.");
        }
    }

    private static string Id(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Header(string name) => new() { ["name"] = name, ["value"] = "application/json" };
}
