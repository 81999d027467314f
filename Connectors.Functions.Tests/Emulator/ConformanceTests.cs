using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Emulator;

/// <summary>The emulator beside the real Elasticsearch: the same requests in the same order, and answers of the same status, type, reason,
/// result and shape.</summary>
public sealed class ConformanceTests
{
    private const string Words = "same error in other words";

    private static readonly string[] Sections =
    [
        "root",
        "indices",
        "documents",
        "bulk",
        "mapping trouble",
        "search",
        "ingest",
        "pressure",
        "connector API",
        "sync job API",
        "protocol indices",
    ];

    /// <summary>Where the emulator answers otherwise on purpose. An entry that is not needed any more fails the test.</summary>
    private static readonly Dictionary<string, string> Deliberate = new(StringComparer.Ordinal)
    {
        ["documents | delete missing doc"] = "the versions of deleted documents are forgotten at once, not after a minute",
        ["bulk | missing pipeline"] = "the same",
        ["search | slice 0 of 2"] =
            "slices are cut by live documents, so that they stay even; Lucene cuts by document numbers, gaps included",
        ["search | slice 1 of 2"] = "the same",
        ["indices | create again"] = Words + ": the uuid",
        ["bulk | malformed action"] = Words + ": the JSON parser's",
        ["bulk | malformed source, others stand"] = Words + ": the JSON parser's",
        ["bulk | source line with duplicate keys"] = Words + ": another column",
        ["bulk | bad UTF-8"] = Words + ": another column",
        ["mapping trouble | NaN"] = Words + ": the JSON parser's",
        ["search | search closed"] = Words + ": ids of points in time are another's",
        ["search | rubbish id"] = Words + ": ids of points in time are another's",
        ["search | unknown query"] = Words + ": says that it is the emulator that doesn't know it",
        ["ingest | unknown processor"] = Words + ": says which ones the emulator knows",
        ["pressure | bulk refused whole: indexing pressure"] = Words + ": sizes are of the body, not of what Lucene makes of it",
        ["pressure | document refused: indexing pressure"] = Words + ": sizes are of the body, not of what Lucene makes of it",
        ["search | update by query"] = "scripts are not known",
    };

    [Fact]
    public async Task EveryRecordedAnswerIsMatched()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), EmulatorClient.Token);
        await using var pressed = await EmulatorServer.StartAsync(
            new EmulatorOptions { MaxIndexingBytes = 2048, MaxBodyBytes = 1024 * 1024 },
            EmulatorClient.Token
        );
        using var client = new EmulatorClient(server);
        using var pressedClient = new EmulatorClient(pressed);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var differing = new Dictionary<string, string>(StringComparer.Ordinal);
        var compared = 0;
        foreach (var section in Sections)
        {
            await PrepareAsync(section, server, client);
            foreach (var exchange in RecordedExchange.ReadAll().Where(exchange => exchange.Section == section))
            {
                compared++;
                var differences = await CompareAsync(exchange, section == "pressure" ? pressedClient : client, ids);
                if (differences.Count > 0)
                {
                    differing[exchange.Key] = string.Join("; ", differences);
                }
            }
        }

        Assert.Equal(284, compared);
        var unexpected = differing
            .Where(difference => !Deliberate.ContainsKey(difference.Key))
            .Select(difference => $"{difference.Key}: {difference.Value}")
            .ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} answers differ:\n" + string.Join("\n", unexpected));
        Assert.Empty(Deliberate.Keys.Except(differing.Keys));
    }

    /// <summary>What was there before a section, but not recorded.</summary>
    private static async Task PrepareAsync(string section, EmulatorServer server, EmulatorClient client)
    {
        switch (section)
        {
            case "search":
                for (var i = 0; i < 7; i++)
                {
                    server.Put(
                        "rec-a",
                        $"s{i}",
                        $$"""{"id":"s{{i}}","n":{{i}},"_timestamp":"2026-01-0{{i + 1}}T00:00:00.000Z","_digest":{{i * 7}}}"""
                    );
                }

                break;
            case "sync job API":
                // Between the two sections the connector got its first index back.
                Assert.Equal(
                    200,
                    (await client.SendAsync("PUT /_connector/rec-c1/_index_name", """{"index_name": "search-rec1"}""")).Status
                );
                break;
            case "protocol indices":
                // One more write that was not recorded.
                server.Put(".elastic-connectors", "c", "{}");
                break;
        }
    }

    private static async Task<List<string>> CompareAsync(RecordedExchange exchange, EmulatorClient client, Dictionary<string, string> ids)
    {
        using var response = await client.SendRawAsync(exchange.Line(ids), exchange.BodyBytes(ids), exchange.ContentType, exchange.Headers);
        var headers = exchange.ResponseHeaders.ToDictionary(
            header => header.Key,
            header =>
                response.Headers.NonValidated.TryGetValues(header.Key, out var values)
                || response.Content.Headers.NonValidated.TryGetValues(header.Key, out values)
                    ? values.ToString()
                    : null,
            StringComparer.Ordinal
        );
        var text = await response.Content.ReadAsStringAsync(EmulatorClient.Token);
        var ours = text.Length == 0 ? null : JsonNode.Parse(text);
        Remember(exchange.Response, ours, ids);
        var differences = new List<string>();
        if ((int)response.StatusCode != exchange.Status)
        {
            differences.Add($"status {(int)response.StatusCode} for {exchange.Status}");
        }

        foreach (var (name, value) in exchange.ResponseHeaders)
        {
            if (
                headers[name] != Replace((string)value!, ids)
                && !(exchange.Request.StartsWith("HEAD", StringComparison.Ordinal) && headers[name] is null)
            )
            {
                differences.Add($"header {name}: {headers[name] ?? "none"} for {value}");
            }
        }

        var real = exchange.Response is null ? null : JsonNode.Parse(Replace(exchange.Response.ToJsonString(), ids));
        differences.AddRange(JsonShape.Differences(real, ours));
        return differences;
    }

    private static string Replace(string text, Dictionary<string, string> ids) =>
        ids.Aggregate(text, (replaced, id) => replaced.Replace(id.Key, id.Value, StringComparison.Ordinal));

    /// <summary>An id that the real server made is followed by ours from now on.</summary>
    private static void Remember(JsonNode? real, JsonNode? ours, Dictionary<string, string> ids)
    {
        foreach (var name in (string[])["id", "_id"])
        {
            if (
                (real as JsonObject)?[name] is JsonValue before
                && (ours as JsonObject)?[name] is JsonValue after
                && (string)before! != (string)after!
            )
            {
                ids[(string)before!] = (string)after!;
            }
        }
    }
}
