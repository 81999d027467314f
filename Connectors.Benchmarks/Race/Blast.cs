using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;

namespace Connectors.Benchmarks.Race;

/// <summary>
/// <c>blast MONGO ELASTICSEARCH</c>: the limit. It holds the bodies of all bulk requests, made by the engine's own steps from the same
/// documents, ready in memory, and sends them with a bare HttpClient: same bytes, same parameters, as many requests at a time. For each
/// line <c>INDEX</c> it answers the seconds it took.
/// </summary>
internal static class Blast
{
    public static async Task<int> RunAsync(string mongo, string elasticsearch)
    {
        var bodies = await CaptureAsync(mongo, CancellationToken.None);
        await Console.Out.WriteLineAsync($"ready {bodies.Count} {bodies.Sum(body => (long)body.Length)}");
        using var client = new HttpClient { BaseAddress = new Uri(elasticsearch) };
        while (await Console.In.ReadLineAsync() is { } index)
        {
            await Console.Out.WriteLineAsync($"done {(await SendAsync(client, index, bodies)).TotalSeconds:R}");
        }

        return 0;
    }

    /// <summary>The requests of a first sync, in the order of its partitions.</summary>
    private static async Task<List<byte[]>> CaptureAsync(string mongo, CancellationToken cancellationToken)
    {
        await using var source = new MongoDataSource(
            new SourceContext
            {
                Settings = new SourceSettings(
                    new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
                    {
                        ["host"] = mongo,
                        ["database"] = Servers.Database,
                        ["collection"] = Servers.Collection,
                    }
                ),
            }
        );
        var options = new SyncEngineOptions { StateFolder = string.Empty };
        var pages = new PageStep(
            new PageComposer(
                new DocumentLines(flags: null),
                options.Bulk,
                options.ContentConcurrency,
                new ContentReader(options.Content),
                TimeProvider.System
            )
        );
        var seen = new SeenIds(0);
        List<byte[]> bodies = [];
        foreach (var partition in await source.PartitionAsync(options.Partitions, cancellationToken))
        {
            var after = PageToken.Start;
            for (var isLast = false; !isLast;)
            {
                var page = await source.ReadPageAsync(partition, after, options.Page, cancellationToken);
                using var plan = await pages.PlanAsync(
                    page,
                    IdSnapshot.Empty,
                    seen,
                    skipUnchanged: true,
                    fetchContent: false,
                    cancellationToken
                );
                bodies.AddRange(plan.Batches.Select(batch => batch.Body.ToArray()));
                (after, isLast) = (plan.Next, plan.IsLast);
            }
        }

        return bodies;
    }

    private static async Task<TimeSpan> SendAsync(HttpClient client, string index, List<byte[]> bodies)
    {
        var address = new Uri($"{index}/_bulk?filter_path={ContentIndex.BulkAnswerFilter}", UriKind.Relative);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            bodies,
            new ParallelOptions { MaxDegreeOfParallelism = new BulkWriterOptions().MaxConcurrency },
            async (body, cancellationToken) =>
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
                using var answer = await client.PostAsync(address, content, cancellationToken);
                var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                if (!answer.IsSuccessStatusCode || !bytes.AsSpan().StartsWith("{\"errors\":false"u8))
                {
                    throw new InvalidOperationException($"The blast was refused: {answer.StatusCode}");
                }
            }
        );
        return Stopwatch.GetElapsedTime(started);
    }
}
