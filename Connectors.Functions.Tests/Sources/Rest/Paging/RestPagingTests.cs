using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Tests.Sources.Rest.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Paging;

public sealed class RestPagingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => ["link", "relative", "header", "cursor", "more", "offset", "total", "number", "keyset"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task EveryWayOfPagingReadsThreePagesToTheirEnd(string way)
    {
        var script = Scripted.By(request =>
        {
            var query = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query);
            var at = query["at"] ?? query["after"] ?? (way == "number" ? "1" : "0");
            var page = way switch
            {
                "offset" or "total" or "keyset" => int.Parse(at, null) / 2,
                "number" => int.Parse(at, null) - 1,
                _ => int.Parse(at, null),
            };
            var ids = page < 3 ? new[] { (page * 2) + 1, (page * 2) + 2 } : [];
            var body = new JsonObject
            {
                ["items"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id })]),
                ["total"] = 6,
                ["more"] = page < 2,
            };
            if (page < 2)
            {
                body["next"] = way switch
                {
                    "link" => $"https://things.example/api/items?at={page + 1}",
                    "relative" => $"/items?at={page + 1}",
                    _ => $"{page + 1}",
                };
            }

            var answer = Scripted.Json(body.ToJsonString());
            if (way == "header" && page < 2)
            {
                answer.Headers.TryAddWithoutValidation("Link", $"</x>; rel=prev, <?at={page + 1}>; title=\"a, <b>; c\"; rel=\"last next\"");
            }

            return answer;
        });
        using var client = script.Client();
        Func<RestRequest, string, RestRequest> put = (request, cursor) => request.WithQuery("at", cursor);
        RestPaging paging = way switch
        {
            "link" => RestPaging.NextLink("/items", "/next"),
            "relative" => RestPaging.NextLink("/items", "/next", "/api"),
            "header" => RestPaging.LinkHeader("/items"),
            "cursor" => RestPaging.Cursor("/items", "/next", put),
            "more" => RestPaging.Cursor("/items", "/next", put, "/more"),
            "offset" => RestPaging.Offset("/items", "at", 2),
            "total" => RestPaging.Offset("/items", "at", 2, "/total"),
            "number" => RestPaging.Number("/items", "at"),
            _ => RestPaging.Keyset("/items", "/id", (request, key) => request.WithQuery("after", key)),
        };
        var ids = new List<int>();
        await foreach (var item in client.ListAsync(RestRequest.Get("items"), paging, Cancellation))
        {
            ids.Add(item.GetProperty("id").GetInt32());
        }

        Assert.Equal([1, 2, 3, 4, 5, 6], ids);
        Assert.Equal(way is "offset" or "number" or "keyset" ? 4 : 3, script.Seen.Count);
    }

    [Theory]
    [InlineData("""{"items": [{"id": 1}], "next": "/api/items"}""")]
    [InlineData("""{"items": [{"id": 1}], "next": "/api/items?x=1"}""")]
    public async Task APageThatComesAgainIsAFault(string json)
    {
        var script = Scripted.By(_ => Scripted.Json(json));
        using var client = script.Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(client, RestPaging.NextLink("/items", "/next")));
        Assert.Contains("the reading would never end", failure.Message, StringComparison.Ordinal);
        Assert.InRange(script.Seen.Count, 1, 3);
    }

    [Theory]
    [InlineData("""{"error": "x"}""")]
    [InlineData("""{"items": null}""")]
    [InlineData("""{"items": {}}""")]
    public async Task WhatIsNoListIsAnError(string json)
    {
        using var client = Scripted.By(_ => Scripted.Json(json)).Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(client, RestPaging.None("/items")));
        Assert.Contains("there is no list at '/items'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANextPageOnAnotherHostIsRefused()
    {
        using var client = Scripted.By(_ => Scripted.Json("""{"items": [{}], "next": "https://elsewhere.example/"}""")).Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(client, RestPaging.NextLink("/items", "/next")));
        Assert.Contains("https://elsewhere.example, another host", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"items": [{}]}""", "does not say whether there are more")]
    [InlineData("""{"items": [{}], "more": true}""", "says that there are more items, and not where")]
    public async Task AnUnclearEndIsNoEnd(string json, string sentence)
    {
        using var client = Scripted.By(_ => Scripted.Json(json)).Client();
        var paging = RestPaging.Cursor("/items", "/next", (request, cursor) => request.WithQuery("at", cursor), "/more");
        Assert.Contains(
            sentence,
            (await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(client, paging))).Message,
            StringComparison.Ordinal
        );
    }

    /// <remarks>An address without a slash stays below the client's, which may have a path.</remarks>
    [Theory]
    [InlineData("/a?x=1&y=2", "/a?y=2&x=3")]
    [InlineData("a", "a?x=3")]
    [InlineData("v1/a?x=1&y=2", "v1/a?y=2&x=3")]
    [InlineData("https://things.example/a", "https://things.example/a?x=3")]
    public void AQueryParameterTakesThePlaceOfItsOldValue(string address, string expected) =>
        Assert.Equal(expected, RestRequest.Get(address).WithQuery("x", "3").Address);

    private static async Task ReadAsync(RestClient client, RestPaging paging)
    {
        await foreach (var item in client.ListAsync(RestRequest.Get("items"), paging, Cancellation))
        {
            Assert.NotNull(item.ToString());
        }
    }
}
