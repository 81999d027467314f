using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class DocumentTests : IAsyncLifetime
{
    private EmulatorServer _server = null!;
    private EmulatorClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions(), EmulatorClient.Token);
        _client = new EmulatorClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AnUpdateMergesObjectsReplacesArraysAndKeepsWhatItDoesNotName()
    {
        _server.Put("x", "1", """{"a":{"b":1,"c":[1,2]},"d":"old","big":12345678901234567890.10}""");

        await _client.SendAsync("POST /x/_update/1", """{"doc":{"a":{"c":[3]},"d":null,"e":"é"}}""");

        Assert.Equal("""{"a":{"b":1,"c":[3]},"d":null,"big":12345678901234567890.10,"e":"é"}""", _server.Get("x", "1"));
    }

    [Fact]
    public async Task OfManyConditionalWritersToOneDocumentEveryOneThatSucceededIsInIt()
    {
        _server.Put("x", "1", """{"n":0}""");
        var succeeded = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), EmulatorClient.Token, async (_, _) =>
        {
            for (var i = 0; i < 20; i++)
            {
                var (_, document) = await _client.SendAsync("GET /x/_doc/1");
                var next = (int)document!["_source"]!["n"]! + 1;
                var (status, _) = await _client.SendAsync(
                    $"POST /x/_update/1?if_seq_no={document["_seq_no"]}&if_primary_term=1",
                    $$$"""{"doc":{"n":{{{next}}} } }"""
                );
                Assert.Contains(status, (int[])[200, 409]);
                Interlocked.Add(ref succeeded, status == 200 ? 1 : 0);
            }
        });

        Assert.True(succeeded > 0);
        Assert.Equal($$"""{"n":{{succeeded}}}""", _server.Get("x", "1"));
    }

    [Fact]
    public async Task ConcurrentBulksWithNewFieldsLoseNoDocumentAndNoField()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), EmulatorClient.Token, async (worker, _) =>
        {
            for (var batch = 0; batch < 5; batch++)
            {
                var body = new StringBuilder();
                for (var i = 0; i < 50; i++)
                {
                    body.Append($$$"""{"index":{"_id":"{{{worker}}}-{{{batch}}}-{{{i}}}"}}""")
                        .Append('\n')
                        .Append($$"""{"shared{{i}}":{"n":{{i}}},"own{{worker}}":"t"}""")
                        .Append('\n');
                }

                var (_, answer) = await _client.SendAsync("POST /x/_bulk", body.ToString());
                Assert.False((bool)answer!["errors"]!, answer.ToJsonString());
            }
        });

        Assert.Equal(2000, _server.Count("x"));
        var (_, mapping) = await _client.SendAsync("GET /x/_mapping");
        Assert.Equal(58, mapping!["x"]!["mappings"]!["properties"]!.AsObject().Count);
    }

    [Fact]
    public async Task ARefusedDocumentLeavesNoField()
    {
        await _client.SendAsync("PUT /x", """{"mappings":{"properties":{"n":{"type":"long"}}}}""");

        var (status, _) = await _client.SendAsync("PUT /x/_doc/1", """{"fresh":{"inner":1},"n":"no number"}""");
        var (_, mapping) = await _client.SendAsync("GET /x/_mapping");
        var (again, _) = await _client.SendAsync("PUT /x/_doc/1", """{"fresh":"now a text"}""");

        Assert.Equal(400, status);
        Assert.Equal(["n"], mapping!["x"]!["mappings"]!["properties"]!.AsObject().Select(field => field.Key));
        Assert.Equal(201, again);
    }

    [Fact]
    public async Task AFieldAddedToTheMappingLaterIsCheckedThoughItWasIgnoredBefore()
    {
        await _client.SendAsync("PUT /x", """{"mappings":{"dynamic":false}}""");
        Assert.Equal(201, (await _client.SendAsync("PUT /x/_doc/1", """{"n":"text","m":{"k":1}}""")).Status);

        await _client.SendAsync("PUT /x/_mapping", """{"properties":{"n":{"type":"long"},"m":{"properties":{"k":{"type":"boolean"}}}}}""");

        Assert.Equal(400, (await _client.SendAsync("PUT /x/_doc/2", """{"n":"text","m":{"k":true}}""")).Status);
        Assert.Equal(400, (await _client.SendAsync("PUT /x/_doc/2", """{"n":1,"m":{"k":1}}""")).Status);
        Assert.Equal(201, (await _client.SendAsync("PUT /x/_doc/2", """{"n":1,"m":{"k":true}}""")).Status);
    }

    [Theory]
    [InlineData("""{"a":{"x":1,"y":{"x":1}},"b":[{"x":1},{"x":2}]}""", 201)]
    [InlineData("""{"a":{"x":1,"x":2}}""", 400)]
    [InlineData("""{"a":[{"x":1,"x":2}]}""", 400)]
    [InlineData("""{"x":1,"\u0078":2}""", 400)]
    [InlineData("""{"a":1} trailing""", 400)]
    [InlineData("""{"a":tru}""", 400)]
    [InlineData("{\"a\":1,\n \"b\":\"\\u00e9\\ud83d\\ude00\"}", 201)]
    public async Task ADocumentIsTakenOrRefusedWhetherItsFieldsAreMappedOrNot(string source, int status)
    {
        await _client.SendAsync("PUT /still", """{"mappings":{"dynamic":false}}""");
        await _client.SendAsync("PUT /warm", """{"mappings":{"dynamic":false}}""");
        await _client.SendAsync("PUT /warm/_doc/0", """{"x":1,"a":{"x":1,"y":{"x":1}}}""");

        Assert.Equal(status, (await _client.SendAsync("PUT /still/_doc/1", source)).Status);
        Assert.Equal(status, (await _client.SendAsync("PUT /warm/_doc/1", source)).Status);
        Assert.Equal(status, (await _client.SendAsync("PUT /dynamic/_doc/1", source)).Status);
    }

    [Fact]
    public async Task IdsMayHoldAnything()
    {
        foreach (var id in (string[])["a/b c", "ü\"\\", "100%", "_under", "x?y#z"])
        {
            var (status, answer) = await _client.SendAsync($"PUT /x/_doc/{Uri.EscapeDataString(id)}", "{}");
            Assert.Equal((201, id), (status, (string?)answer!["_id"]));
            var line = new JsonObject { ["index"] = new JsonObject { ["_id"] = id } };
            var (_, bulk) = await _client.SendAsync("POST /x/_bulk", line.ToJsonString() + "\n{}\n");
            Assert.Equal((200, id), ((int)bulk!["items"]![0]!["index"]!["status"]!, (string?)bulk["items"]![0]!["index"]!["_id"]));
        }

        Assert.Equal(5, _server.Count("x"));
    }

    [Fact]
    public async Task ACompressedBodyIsRead()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("{\"index\":{\"_id\":\"1\"}}\n{\"n\":1}\n"u8.ToArray(), EmulatorClient.Token);
        }

        using var response = await _client.SendRawAsync("POST /x/_bulk", packed.ToArray(), "application/x-ndjson", encoding: "gzip");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"n":1}""", _server.Get("x", "1"));
    }

    [Theory]
    [InlineData("errors,items.*.status,items.*.result,items.*.error.type,items.*.error.caused_by.reason,error")]
    [InlineData("errors,items.*.status,items.*.error")]
    [InlineData("items.*.error")]
    [InlineData("took,items.index.status")]
    [InlineData("-took,-items.*._shards")]
    [InlineData("errors")]
    public async Task ABulkAnswerIsFilteredTheSameWhetherTheFilterIsUnderstoodBeforehandOrNot(string filter)
    {
        const string body = """
            {"index":{"_id":"1"}}
            {"d":"2026-01-01"}
            {"index":{"_id":"2"}}
            {"d":"no date"}
            {"delete":{"_id":"3"}}

            """;
        await _client.SendAsync("PUT /x", """{"mappings":{"properties":{"d":{"type":"date"}}}}""");
        foreach (var part in (string[])[body, body.Split('\n')[0] + "\n" + body.Split('\n')[1] + "\n"])
        {
            // A pattern that matches nothing sends the second one through the general filter.
            var (_, direct) = await _client.SendAsync($"POST /x/_bulk?filter_path={filter}", part);
            var (_, general) = await _client.SendAsync(
                $"POST /x/_bulk?filter_path={filter},{(filter[0] == '-' ? "-" : "")}nothing.of.this",
                part
            );

            Assert.Equal(Stable(general), Stable(direct));
        }
    }

    [Fact]
    public async Task ASearchAnswerIsFilteredTheSameWhetherTheFilterIsUnderstoodBeforehandOrNot()
    {
        await _client.SendAsync("PUT /x", """{"mappings":{"properties":{"_digest":{"type":"long"}}}}""");
        _server.Put("x", "1", """{"_digest":1,"_timestamp":"2026-01-01T00:00:00Z","o":{"p":1}}""");
        _server.Put("x", "2", """{"n":1}""");
        foreach (
            var (source, size) in ((string, int)[])
                [
                    ("[\"_timestamp\"]", 10),
                    ("true", 10),
                    ("{\"excludes\":[\"_timestamp\"]}", 10),
                    ("[\"o.p\"]", 10),
                    ("false", 10),
                    ("true", 0),
                ]
        )
        {
            foreach (
                var filter in (string[])
                    [
                        "timed_out,_shards.failed,hits.hits._id,hits.hits.sort,hits.hits._source._timestamp,hits.hits.fields._digest",
                        "hits.hits._id,hits.hits._source,hits.hits.fields",
                        "hits.hits._id,hits.hits._source.o,hits.hits._seq_no",
                    ]
            )
            {
                var body =
                    $$"""{"size":{{size}},"sort":["_doc"],"docvalue_fields":["_digest"],"seq_no_primary_term":true,"_source":{{source}}}""";
                var (_, direct) = await _client.SendAsync($"POST /x/_search?filter_path={filter}", body);
                var (_, general) = await _client.SendAsync($"POST /x/_search?filter_path={filter},nothing.of.this", body);

                Assert.Equal(general!.ToJsonString(), direct!.ToJsonString());
            }
        }
    }

    [Fact]
    public async Task OnlyThoseWithTheRightKeyAreLetIn()
    {
        await using var guarded = await EmulatorServer.StartAsync(
            new EmulatorOptions { Authorization = ["ApiKey abc=="] },
            EmulatorClient.Token
        );
        using var client = new EmulatorClient(guarded);

        using var stranger = await client.SendRawAsync("GET /", null);
        using var friend = await client.SendRawAsync("GET /", null, headers: [new("Authorization", "ApiKey abc==")]);

        Assert.Equal(401, (int)stranger.StatusCode);
        Assert.Equal(200, (int)friend.StatusCode);
    }

    [Fact]
    public Task APortThatIsTakenIsSaidSo() =>
        Assert.ThrowsAsync<IOException>(() =>
            EmulatorServer.StartAsync(new EmulatorOptions { Port = _server.Uri.Port }, EmulatorClient.Token)
        );

    [Fact]
    public async Task ConnectorIndicesComeByThemselvesUnlessTheClusterIsBare()
    {
        Assert.Equal(404, (await _client.SendAsync("POST /.elastic-connectors/_search", "{}")).Status);
        await _client.SendAsync("PUT /.elastic-connectors/_doc/1", """{"name":"x"}""");
        Assert.Equal([".elastic-connectors-v1"], _server.IndexNames);

        await using var bare = await EmulatorServer.StartAsync(
            new EmulatorOptions { WithoutConnectorIndices = true },
            EmulatorClient.Token
        );
        using var client = new EmulatorClient(bare);
        await client.SendAsync("PUT /.elastic-connectors/_doc/1", """{"name":"x"}""");
        Assert.Equal([".elastic-connectors"], bare.IndexNames);
    }

    [Theory]
    [InlineData("GET /_connectors", 400)]
    [InlineData("GET /_cluster/settings", 400)]
    [InlineData("POST /x/_search?routing=1&unknown=2", 400)]
    [InlineData("PUT /x/_doc/1?version=3", 400)]
    public async Task AnUnknownCallIsRefused(string request, int status) =>
        Assert.Equal(status, (await _client.SendAsync(request, "{}")).Status);

    private static string Stable(JsonNode? answer)
    {
        (answer as JsonObject)?.Remove("took");
        foreach (var item in answer?["items"] as JsonArray ?? [])
        {
            foreach (var (_, result) in item!.AsObject())
            {
                // These say which write it was, the first or the second.
                foreach (var name in (string[])["_version", "_seq_no", "result", "status"])
                {
                    if (result is JsonObject members && members.ContainsKey(name))
                    {
                        members[name] = "*";
                    }
                }
            }
        }

        return answer?.ToJsonString() ?? "";
    }

    [Fact]
    public async Task AnIndexOfJobsThatAServiceMadeWithoutItsAliasTakesJobs()
    {
        await _client.SendAsync("PUT /_connector/c1", """{"index_name":"search-a","name":"a","service_type":"dir"}""");
        Assert.Equal(200, (await _client.SendAsync("PUT /.elastic-connectors-sync-jobs-v1", "{}")).Status);
        var (status, made) = await _client.SendAsync(
            "POST /_connector/_sync_job",
            """{"id":"c1","job_type":"full","trigger_method":"on_demand"}"""
        );
        Assert.Equal(201, status);
        Assert.Equal(200, (await _client.SendAsync($"GET /_connector/_sync_job/{made!["id"]}")).Status);
        var (_, stats) = await _client.SendAsync("GET /.elastic-connectors-sync-jobs-v1/_stats/indexing");
        Assert.Equal(1, (int?)stats!["_all"]!["primaries"]!["indexing"]!["index_total"]);
    }
}
