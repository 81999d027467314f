using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Testing;
using Connectors.Tests.Functions;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.HttpJson;

/// <summary>Where a reading goes on that another process began, and what it has to ask for again.</summary>
public sealed class HttpJsonResumeTests
{
    private const int Items = 400;
    private const int PageSize = 20;
    private const int Pages = Items / PageSize;
    private const string Secret = "s3cr3tV4lu3";
    private readonly HashSet<int> _gone = [];
    private int _requests;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("page", PageSize, Pages + 1)]
    [InlineData("next", PageSize, Pages)]
    [InlineData("cursor", PageSize, Pages)]
    [InlineData("link", PageSize, Pages)]
    [InlineData("link", PageSize / 2, 2 * Pages)]
    public async Task AnotherProcessGoesOnAtThePageAndAsksForNoneBeforeIt(string paging, int documents, int requests)
    {
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, paging, string.Empty), Token);
        var (ids, _) = await ReadInProcessesAsync(server, paging, documents);
        Assert.Equal(AllIds(), ids);
        Assert.Equal(requests, _requests);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("key")]
    [InlineData("api-key")]
    [InlineData("sig")]
    [InlineData("X-Amz-Signature")]
    [InlineData("clientSecret")]
    [InlineData("password")]
    [InlineData("auth")]
    [InlineData("auth[token]")]
    [InlineData("code")]
    public async Task WhatMayBeASecretIsInNoTokenAndTheReadingIsWholeAllTheSame(string name)
    {
        var suffix = $"&{name}={Secret}";
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, "next", suffix), Token);
        var (ids, tokens) = await ReadInProcessesAsync(server, "next", PageSize * 5);
        Assert.Equal(AllIds(), ids);
        Assert.Equal(3, tokens.Count);
        Assert.All(tokens, token => Assert.DoesNotContain(Secret, token, StringComparison.OrdinalIgnoreCase));

        // From the first page on, for each of the three processes that came after the first.
        Assert.Equal(Pages + 5 + 10 + 15, _requests);
    }

    [Theory]
    [InlineData("page_token")]
    [InlineData("$skiptoken")]
    [InlineData("LastEvaluatedKey")]
    [InlineData("page[cursor]")]
    public async Task APlaceInTheListingIsNoSecret(string name)
    {
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, "next", $"&{name}={Secret}"), Token);
        var (ids, _) = await ReadInProcessesAsync(server, "next", PageSize);
        Assert.Equal((AllIds().Count, Pages), (ids.Count, _requests));
    }

    [Theory]
    [InlineData("page")]
    [InlineData("next")]
    [InlineData("cursor")]
    [InlineData("link")]
    public async Task NothingOfTheConfiguredAddressOrOfTheHeadersIsInAToken(string paging)
    {
        // A service that repeats in its next addresses what it was sent.
        var suffix = $"&kind={Secret}&again={Secret}-header";
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, paging, suffix), Token);
        var (ids, tokens) = await ReadInProcessesAsync(
            server,
            paging,
            PageSize,
            ("url", $"{server.Address}/items?kind={Secret}"),
            ("headers", $"X-Api-Key: {Secret}-header")
        );
        Assert.Equal(AllIds(), ids);
        Assert.All(tokens, token => Assert.DoesNotContain(Secret, token, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task WhereOtherPagesLieOnTheWayNothingIsPassedOver()
    {
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, "next", $"&sig={Secret}"), Token);
        var token = (await ReadPageAsync(server, "next", PageToken.Start, PageSize * 5)).Next;
        _gone.Add(3);
        await using var source = Source(server, "next");
        var pages = await source.PartitionAsync(await PartitionAsync(source), token, PageLimits.Default, Token);
        Assert.Equal(AllIds().Where(id => id != "3"), pages.Ids());
    }

    [Theory]
    [InlineData("0.2d06800538d394c2|0|0|0|!1!0")]
    [InlineData("0.2d06800538d394c2|0|0|0|http://elsewhere.example/")]
    [InlineData("0.2d06800538d394c2|0|0|0|0:")]
    [InlineData("0.2d06800538d394c2|0|0|0|1:?{7}")]
    [InlineData("0|0|0|0|")]
    [InlineData("17:00ff")]
    public async Task ATokenOfAnotherSourceIsRefused(string token)
    {
        await using var server = await JsonServer.StartAsync("[]", Token);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadPageAsync(server, "next", new PageToken(token), PageSize));
        Assert.Contains("is no place in this source. Start the sync anew.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InTheFunctionAppEachPageIsAskedForOnceAlsoWhereNothingIsKeptBetweenSteps()
    {
        await using var server = await JsonServer.StartAsync(context => AnswerAsync(context, "link", string.Empty), Token);
        await using var fixture = await new MemoryAppFixture
        {
            NewSource = () => Source(server, "link"),
            Page = new PageLimits(PageSize, 1 << 20),
            Limits = new()
            {
                MaxDocuments = PageSize,
                MaxOperations = 100,
                DeletesPerPart = 100,
            },
        }.StartAsync();
        fixture.AddConnector();
        fixture.Staging.OnCall = _ =>
        {
#pragma warning disable VSTHRD002 // The store calls back within its own call, and nothing that is disposed here waits for another thread.
            fixture.Services.Leases.ForgetAsync(fixture.JobIds[0]).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        };

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", (long)Items), (summary.Status, summary.Counts.Created));

        // One is the ping's.
        Assert.InRange(_requests, Pages, (Pages * 11 / 10) + 1);
    }

    private static List<string> AllIds() => [.. Enumerable.Range(0, Items).Select(number => $"{number}")];

    private static async Task<SourcePartition> PartitionAsync(HttpJsonDataSource source) =>
        Assert.Single(await source.PartitionAsync(1, Token));

    private static async Task<ReadPage> ReadPageAsync(
        JsonServer server,
        string paging,
        PageToken after,
        int documents,
        params (string Field, string Value)[] values
    )
    {
        await using var source = Source(server, paging, values);
        return await source.PageAsync(await PartitionAsync(source), after, new PageLimits(documents, int.MaxValue), Token);
    }

    private static HttpJsonDataSource Source(JsonServer server, string paging, params (string Field, string Value)[] values)
    {
        var all = new JsonObject
        {
            ["url"] = server.Address + "/items",
            ["allowed_hosts"] = "127.0.0.1",
            ["items_pointer"] = "/items",
            ["paging"] = paging == "cursor" ? "next" : paging,
            ["next_pointer"] = "/next",
            ["page_parameter"] = paging is "page" or "cursor" ? "page" : string.Empty,
        };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return new HttpJsonDataSource(SomeSettings.Of(all, HttpJsonConfiguration.Fields));
    }

    /// <summary>Reads each page in a process of its own.</summary>
    private static async Task<(List<string> Ids, List<string> Tokens)> ReadInProcessesAsync(
        JsonServer server,
        string paging,
        int documents,
        params (string Field, string Value)[] values
    )
    {
        var (ids, tokens) = (new List<string>(), new List<string>());
        for (var after = PageToken.Start; ;)
        {
            var page = await ReadPageAsync(server, paging, after, documents, values);
            ids.AddRange(page.Documents.Select(document => document.Id));
            if (page.IsLast)
            {
                return (ids, tokens);
            }

            after = page.Next;
            tokens.Add(after.Value);
        }
    }

    private async Task AnswerAsync(HttpContext context, string paging, string suffix)
    {
        Interlocked.Increment(ref _requests);
        var number = context.Request.Query["page"].ToString();
        var page = number.Length == 0 ? 1 : int.Parse(number, CultureInfo.InvariantCulture);
        var next =
            page >= Pages ? null
            : paging == "cursor" ? $"{page + 1}"
            : $"?page={page + 1}{suffix}";
        if (paging == "link" && next is not null)
        {
            context.Response.Headers.Append("Link", $"<{next}>; rel=next");
        }

        var items = Enumerable
            .Range((page - 1) * PageSize, PageSize)
            .Where(id => id < Items && !_gone.Contains(id))
            .Select(id => (JsonNode)new JsonObject { ["id"] = id });
        await context.Response.WriteAsync(
            new JsonObject { ["items"] = new JsonArray([.. items]), ["next"] = next }.ToJsonString(),
            context.RequestAborted
        );
    }
}
