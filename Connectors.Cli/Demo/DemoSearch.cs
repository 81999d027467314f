using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;

namespace Connectors.Cli.Demo;

/// <summary>A search of the mirrored index, as an application would send it.</summary>
internal static class DemoSearch
{
    /// <summary>Shows the first hits.</summary>
    public static async Task ShowAsync(
        CommandSession session,
        Uri elasticsearch,
        string index,
        string words,
        CancellationToken cancellationToken
    )
    {
        using var client = new HttpClient { BaseAddress = elasticsearch };
        var query = new JsonObject
        {
            ["size"] = 3,
            ["query"] = new JsonObject
            {
                ["match"] = new JsonObject
                {
                    ["body"] = new JsonObject { ["query"] = words, ["operator"] = "and" },
                },
            },
            ["_source"] = new JsonArray("path", "body"),
        };
        using var response = await client.PostAsJsonAsync($"{index}/_search", query, JsonLine.Options, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        if (!response.IsSuccessStatusCode || answer?["hits"] is not JsonObject hits)
        {
            throw new CliException(ExitCode.Failed, $"The demo's search failed with status {(int)response.StatusCode}.");
        }

        List<string[]> rows = [];
        foreach (var hit in hits["hits"]!.AsArray().OfType<JsonObject>())
        {
            var body = hit["_source"]?["body"]?.GetValue<string>() ?? "";
            rows.Add([
                hit["_source"]?["path"]?.GetValue<string>() is { } path ? Path.GetFileName(path) : hit["_id"]!.GetValue<string>(),
                LastLine(body),
            ]);
        }

        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    @event = "search",
                    words,
                    found = hits["total"]?["value"],
                    files = rows.Select(row => row[0]),
                }
            );
            return;
        }

        new Listing
        {
            Title = $"{hits["total"]?["value"]} found, the first {rows.Count}",
            WhenEmpty = "Nothing found.",
            Columns = [new("file", 0), new("last line", 1, ColumnFallback.Sentence)],
        }.Write(session.Environment, rows);
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}
