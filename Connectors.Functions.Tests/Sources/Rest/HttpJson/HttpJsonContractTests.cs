using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Testing;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Sources.Rest.HttpJson;

public sealed class HttpJsonContractTests : SourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new EndpointFixture();
        await fixture.StartAsync(cancellationToken);
        return fixture;
    }

    private sealed class EndpointFixture : SourceFixture
    {
        private const int PageSize = 4;
        private JsonServer _server = null!;

        public override IReadOnlyCollection<string> Ids => [.. Enumerable.Range(1, 14).Select(number => $"n{number}")];

        public override JsonObject Values =>
            new()
            {
                ["url"] = _server.Address + "/items?kind=all",
                ["items_pointer"] = "/data/items",
                ["paging"] = "page",
                ["page_parameter"] = "page",
                ["bearer_token"] = "to-ke-n",
                ["headers"] = "X-Api-Key: ke-y",
                ["allowed_hosts"] = "127.0.0.1",
            };

        public override IReadOnlyCollection<string> Secrets => ["to-ke-n", "ke-y", "X-Api-Key: ke-y"];

        public async Task StartAsync(CancellationToken cancellationToken) =>
            _server = await JsonServer.StartAsync(AnswerAsync, cancellationToken);

        public override IDataSource Create(SourceContext context) => new HttpJsonDataSource(context);

        public override Task ChangeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await base.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            if (!Calls.Enter())
            {
                context.Abort();
                return;
            }

            if (
                context.Request.Headers.Authorization != "Bearer to-ke-n"
                || context.Request.Headers["X-Api-Key"] != "ke-y"
                || context.Request.Query["kind"] != "all"
            )
            {
                context.Response.StatusCode = 401;
                return;
            }

            var page = int.Parse(context.Request.Query["page"].ToString(), CultureInfo.InvariantCulture);
            var items = Ids.Skip((page - 1) * PageSize)
                .Take(PageSize)
                .Select(id =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["id"] = id,
                            ["_source"] = "x",
                            ["text"] = "über",
                        }
                );
            await context.Response.WriteAsync(
                new JsonObject { ["data"] = new JsonObject { ["items"] = new JsonArray([.. items]) } }.ToJsonString(),
                context.RequestAborted
            );
        }
    }
}
