using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Testing;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Sources.Rest.HttpJson;

/// <summary>14 items on pages of 4, behind a token and a key.</summary>
/// <param name="paging">How one page leads to the next; <c>signed</c> by an address that holds a signature.</param>
internal sealed class EndpointFixture(string paging) : SourceFixture
{
    private const int PageSize = 4;
    private JsonServer _server = null!;

    public override IReadOnlyCollection<string> Ids => [.. Enumerable.Range(1, 14).Select(number => $"n{number}")];

    public override JsonObject Values =>
        new()
        {
            ["url"] = _server.Address + "/items?kind=all",
            ["items_pointer"] = "/data/items",
            ["paging"] = paging switch
            {
                "page" or "link" => paging,
                _ => "next",
            },
            ["next_pointer"] = "/next",
            ["page_parameter"] = paging is "page" or "cursor" ? "page" : string.Empty,
            ["bearer_token"] = "to-ke-n",
            ["headers"] = "X-Api-Key: ke-y",
            ["allowed_hosts"] = "127.0.0.1",
        };

    public override IReadOnlyCollection<string> Secrets => ["to-ke-n", "ke-y", "X-Api-Key: ke-y", "s1gn4tur3"];

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

        var number = context.Request.Query["page"].ToString();
        var page = number.Length == 0 ? 1 : int.Parse(number, CultureInfo.InvariantCulture);
        if (paging == "signed" && page > 1 && context.Request.Query["sig"] != $"s1gn4tur3-{page}")
        {
            context.Response.StatusCode = 403;
            return;
        }

        var next =
            page * PageSize >= Ids.Count ? null
            : paging == "cursor" ? $"{page + 1}"
            : paging == "signed" ? $"?kind=all&page={page + 1}&sig=s1gn4tur3-{page + 1}"
            : $"?kind=all&page={page + 1}";
        if (paging == "link" && next is not null)
        {
            context.Response.Headers.Append("Link", $"<{next}>; rel=next");
        }

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
            new JsonObject
            {
                ["data"] = new JsonObject { ["items"] = new JsonArray([.. items]) },
                ["next"] = next,
            }.ToJsonString(),
            context.RequestAborted
        );
    }
}
