using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch.Shapes;

public sealed class ShapeReaderTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task PipelinesCountWithThoseThatTheyCallHoweverOftenTheyAreSavedAgain()
    {
        var answers = new Dictionary<string, string>
        {
            ["/search-a"] = """{"search-a":{"aliases":{},"settings":{"index.uuid":"u"},"mappings":{}}}""",
            ["/_ingest/pipeline/outer"] =
                """{"outer":{"processors":[{"foreach":{"processor":{"pipeline":{"name":"inner"}}}},{"pipeline":{"name":"{{name}}"}}],"on_failure":[{"pipeline":{"name":"outer"}}]}}""",
            ["/_ingest/pipeline/inner"] =
                """{"inner":{"version":1,"modified_date_millis":1,"processors":[{"inference":{"model_id":"e1"}}]}}""",
            ["/_inference/e1"] =
                """{"endpoints":[{"inference_id":"e1","service":"x","service_settings":{"model_id":"m","num_allocations":1}}]}""",
        };
        await using var server = await PlainServer.StartAsync(context =>
            AnswerAsync(context, answers.TryGetValue(context.Request.Path.Value!, out var body) ? (200, body) : (404, "{}"))
        );
        using var gateway = GatewayFixture.GatewayOf(server.Uri);
        var first = await gateway.Content.ReadShapeAsync("search-a", "outer", Token);

        answers["/_ingest/pipeline/inner"] =
            """{"inner":{"version":2,"modified_date_millis":2,"processors":[{"inference":{"model_id":"e1"}}]}}""";
        answers["/_inference/e1"] =
            """{"endpoints":[{"inference_id":"e1","service":"x","service_settings":{"model_id":"m","num_allocations":4}}]}""";
        Assert.Equal(first, await gateway.Content.ReadShapeAsync("search-a", "outer", Token));

        answers["/_ingest/pipeline/inner"] =
            """{"inner":{"processors":[{"inference":{"model_id":"e1"}},{"set":{"field":"a","value":"2"}}]}}""";
        var second = await gateway.Content.ReadShapeAsync("search-a", "outer", Token);
        Assert.Equal("the ingest pipelines", second!.DifferenceFrom(first));

        answers["/_inference/e1"] =
            """{"endpoints":[{"inference_id":"e1","service":"x","service_settings":{"model_id":"other","num_allocations":4}}]}""";
        var third = await gateway.Content.ReadShapeAsync("search-a", "outer", Token);
        Assert.Equal("the inference endpoints", third!.DifferenceFrom(second));

        answers["/search-a"] =
            """{"search-a":{"aliases":{},"settings":{"index.uuid":"u","index.final_pipeline":"inner","index.default_pipeline":"_none","index.refresh_interval":"5s"},"mappings":{}}}""";
        Assert.Equal(
            "the index's settings for pipelines and analysis",
            (await gateway.Content.ReadShapeAsync("search-a", "outer", Token))!.DifferenceFrom(third)
        );
    }

    [Fact]
    public async Task FieldsThatDocumentsBringAreNoChangeAndAFieldOfOnesOwnIs()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        Assert.Null(await ShapeAsync(fixture, pipeline: null));
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        var first = await ShapeAsync(fixture, pipeline: null);

        fixture.Server.Put("search-a", "1", """{"title":"x","n":1,"f":1.5,"yes":true,"when":"2026-01-31T12:00:00Z","in":{"a":["b"]}}""");
        await fixture.Gateway.Content.WriteMetaAsync("search-a", new JsonObject { ["fingerprint"] = "f" }, Token);
        Assert.Equal(first, await ShapeAsync(fixture, pipeline: null));

        await PutAsync(http, "search-a/_mapping", """{"properties":{"all":{"type":"keyword"}}}""");
        Assert.Equal("the index's mappings", (await ShapeAsync(fixture, pipeline: null))!.DifferenceFrom(first));
    }

    [Fact]
    public async Task APipelineThatMayNotBeReadIsUnknown()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            var (status, body) = context.Request.Path.Value switch
            {
                "/search-a" => (
                    200,
                    """{"search-a":{"aliases":{},"settings":{"index.uuid":"u"},"mappings":{"properties":{"s":{"type":"semantic_text","inference_id":"e1"}}}}}"""
                ),
                "/_inference/e1" => (
                    200,
                    """{"endpoints":[{"inference_id":"e1","service":"x","service_settings":{"model_id":"m","num_allocations":4}}]}"""
                ),
                _ => (403, """{"error":{"type":"security_exception","reason":"no"},"status":403}"""),
            };
            await AnswerAsync(context, (status, body));
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);
        var shape = await gateway.Content.ReadShapeAsync("search-a", "secret", Token);
        Assert.Null(shape!.Pipelines);
        Assert.NotNull(shape.Mappings);
    }

    private static async Task AnswerAsync(HttpContext context, (int Status, string Body) answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        await context.Response.WriteAsync(answer.Body, Token);
    }

    private static Task<IndexShape?> ShapeAsync(GatewayFixture fixture, string? pipeline) =>
        fixture.Gateway.Content.ReadShapeAsync("search-a", pipeline, Token);

    private static async Task PutAsync(HttpClient http, string path, string body)
    {
        using var answer = await http.PutAsJsonAsync(path, JsonNode.Parse(body), Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}
