using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>
/// Results in the order of their numbers, which only grow: Sandfly does not promise that of their times. The cursor is the number of the
/// last one; after the last page it names the end, so that whoever goes on from there knows it, too.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="withPassed">Whether results of checks that found nothing are wanted.</param>
/// <param name="since">From when on results are wanted, when <paramref name="after"/> is <see langword="null"/>.</param>
/// <param name="after">The number of the result before the first one that is wanted.</param>
internal sealed class SandflyResults(RestClient client, bool withPassed, DateTimeOffset since, string? after) : RestStream("results")
{
    private const string EndMark = "end ";
    private const int ResultsOfAPage = 999;

    /// <summary>The number of the last result, once the end was read.</summary>
    public string? End { get; private set; }

    /// <summary>The number of the newest result; 0 when there is none.</summary>
    public static async Task<string> NewestAsync(RestClient client, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["size"] = 1, ["sort"] = Sort("desc") };
        using var answer = await client.SendAsync(RestRequest.Post("results", body), cancellationToken);
        return ItemsOf(answer) is [var newest, ..] ? NumberOf(newest) : "0";
    }

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (cursor.StartsWith(EndMark, StringComparison.Ordinal))
        {
            End = cursor[EndMark.Length..];
            return null;
        }

        var last = cursor.Length > 0 ? cursor : after;
        using var answer = await client.SendAsync(RestRequest.Post("results", Body(last)), cancellationToken);
        var results = ItemsOf(answer);
        foreach (var result in results)
        {
            SandflyDocuments.WriteResult(result, page);
        }

        var hasMore = answer.Json.Text("more_results") switch
        {
            "true" => true,
            "false" => false,
            _ => throw new ConnectorException($"{RestErrors.Name(answer.Address)}: does not say whether there are more results."),
        };
        if (hasMore && results.Count == 0)
        {
            throw new ConnectorException($"{RestErrors.Name(answer.Address)}: says that there are more results, and gives none.");
        }

        last = results.Count > 0 ? NumberOf(results[^1]) : last ?? "0";
        return hasMore ? last : EndMark + last;
    }

    private static JsonArray Sort(string direction) => [new JsonObject { ["Field"] = "sequence_id", ["sort"] = direction }];

    private static string NumberOf(JsonElement result) => result.RequiredText("A result of Sandfly", "sequence_id");

    private static List<JsonElement> ItemsOf(RestResponse answer) =>
        answer.Json.Find("data") switch
        {
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],

            // Nothing found.
            null when answer.Json.Number("total") == 0 => [],
            _ => throw new ConnectorException($"{RestErrors.Name(answer.Address)}: there is no list of results in the answer."),
        };

    private JsonObject Body(string? last)
    {
        var items = new JsonArray();
        if (!withPassed)
        {
            items.Add(Filter("data.status", "notEquals", "pass"));
        }

        var body = new JsonObject { ["size"] = ResultsOfAPage };
        if (last is null)
        {
            body["time_since"] = since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            body["filter"] = new JsonObject { ["items"] = items };
        }
        else
        {
            items.Add(Filter("sequence_id", ">", last));
            body["filter"] = new JsonObject { ["items"] = items, ["linkoperator"] = "and" };
        }

        body["sort"] = Sort("asc");
        return body;
    }

    private static JsonObject Filter(string field, string compare, string value) =>
        new()
        {
            ["columnField"] = field,
            ["operatorValue"] = compare,
            ["value"] = value,
        };
}
