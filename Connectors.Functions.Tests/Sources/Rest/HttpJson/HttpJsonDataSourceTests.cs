using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Sources.Rest.HttpJson.Streams;
using Connectors.Sources.Rest.Paging;
using Connectors.Testing;
using Connectors.Tests.LocalHost.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sources.Rest.HttpJson;

public sealed class HttpJsonDataSourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnItemBecomesADocument()
    {
        await using var server = await JsonServer.StartAsync(
            """{"data": [{"key": {"n": 7}, "changed": "2024-02-29T13:14:15+02:00", "": {"a": 1e400}, "id": 3}]}""",
            Cancellation
        );
        await using var source = Source(server, ("items_pointer", "/data"), ("id_pointer", "/key/n"), ("timestamp_pointer", "/changed"));
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal("7", document.Id);
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 11, 14, 15, TimeSpan.Zero), document.Timestamp);
        Assert.Equal("""{"key":{"n":7},"changed":"2024-02-29T13:14:15+02:00","_":{"a":"1e400"},"id_":3}""", document.Body);
    }

    [Fact]
    public async Task AServerWithoutTlsIsToldFromOneWithAWrongCertificate()
    {
        await using var server = await JsonServer.StartAsync("[]", Cancellation);
        var address = server.Address.Replace("http://", "https://", StringComparison.Ordinal);
        await using var source = Source(server, ("url", address));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.EndsWith(": what answers does not speak TLS. Check url.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Theory]
    [InlineData("address")]
    [InlineData("cursor")]
    [InlineData("link")]
    public async Task NextPagesAreFollowed(string how)
    {
        await using var server = await JsonServer.StartAsync(
            async context =>
            {
                var page = context.Request.Query["at"].ToString() is { Length: > 0 } at
                    ? int.Parse(at, System.Globalization.CultureInfo.InvariantCulture)
                    : 1;
                var next =
                    page == 3 ? null
                    : how == "cursor" ? $"{page + 1}"
                    : $"/other/path?at={page + 1}";
                if (how == "link" && next is not null)
                {
                    context.Response.Headers.Append("Link", $"<{next}>; title=\"a, b\"; rel=\"last next\", </first>; rel=first");
                }

                await context.Response.WriteAsync(
                    new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject { ["id"] = page }),
                        ["next"] = how == "link" ? null : next,
                    }.ToJsonString(),
                    Cancellation
                );
            },
            Cancellation
        );
        (string, JsonNode)[] paging = how switch
        {
            "link" => [("paging", "link")],
            "cursor" => [("paging", "next"), ("next_pointer", "/next"), ("page_parameter", "at")],
            _ => [("paging", "next"), ("next_pointer", "/next")],
        };
        await using var source = Source(server, [("items_pointer", "/items"), .. paging]);
        Assert.Equal(["1", "2", "3"], (await source.AllAsync(1, new PageLimits(2, int.MaxValue), Cancellation)).Ids());
    }

    /// <summary>A pointer that is mistyped ends the reading after one page, as the end of the listing does.</summary>
    [Theory]
    [InlineData("/next", "/next", false)]
    [InlineData("/next", "/nxt", true)]
    [InlineData("/paging/next", "/next", true)]
    public async Task AFirstPageWithoutAWordOfTheNextIsTold(string written, string pointer, bool isTold)
    {
        await using var server = await JsonServer.StartAsync(
            written == "/next"
                ? """{"items": [{"id": 1}], "next": null}"""
                : """{"items": [{"id": 1}], "paging": {"next": "/2"}}""",
            Cancellation
        );
        using var log = new ListLoggerProvider();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var source = new HttpJsonDataSource(
            Context(server, ("items_pointer", "/items"), ("paging", "next"), ("next_pointer", pointer)) with
            {
                LoggerFactory = logging,
            }
        );

        Assert.Equal(["1"], (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids());

        Assert.Equal(
            isTold
                ?
                [
                    $"{server.Address}/: nothing stands at '{pointer}' of the first page, which is taken as the only one; correct "
                        + "next_pointer if there are more",
                ]
                : [],
            log.All
        );
    }

    public static TheoryData<string, byte[], string?> Bodies =>
        new()
        {
            { "a mark", [0xEF, 0xBB, 0xBF, .. "[{\"id\":\"ü\"}]"u8], null },
            { "UTF-16 with a mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("[{\"id\":\"ü\"}]")], "application/json" },
            { "UTF-16 without a mark", Encoding.BigEndianUnicode.GetBytes("[{\"id\":\"ü\"}]"), null },
            { "Latin-1, declared", Encoding.Latin1.GetBytes("[{\"id\":\"ü\"}]"), "application/json; charset=ISO-8859-1" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task AnAnswerIsReadInTheCharsetThatItIsIn(string how, byte[] body, string? mediaType)
    {
        await using var server = await AnsweringAsync(body, mediaType);
        await using var source = Source(server);
        Assert.True((await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids() is ["ü"], how);
    }

    [Fact]
    public async Task LinesOfJsonAreAList()
    {
        await using var server = await AnsweringAsync(
            "{\"id\":1,\"a\":[{}]}\n\n{\"id\":2}\n{\"id\":3}"u8.ToArray(),
            "application/x-ndjson"
        );
        await using var source = Source(server);
        Assert.Equal(["1", "2", "3"], (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
    }

    [Fact]
    public async Task DepthHasABoundAndASentenceOfItsOwn()
    {
        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes($"[{{\"id\":1,\"a\":{new string('[', depth)}{new string(']', depth)}}}]");
        await using (var deep = await AnsweringAsync(Nested(190), null))
        {
            await using var source = Source(deep);
            Assert.Equal(["1"], (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
        }

        await using var deeper = await AnsweringAsync(Nested(300), null);
        await using var refused = Source(deeper);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => refused.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("nested more than 200 levels deep", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"id\":\"\u00FC\"}]", "is not text in UTF-8")]
    [InlineData("<html>", "the answer is not JSON, although it calls itself application/json. Correct the field url.")]
    [InlineData(" ", "the answer is empty, and no JSON. Correct the field url.")]
    [InlineData("{\"id\":1}\n{", "is JSON that has a fault or is not whole")]
    public async Task WhatCanNotBeReadIsSaidAsItIs(string latin, string sentence)
    {
        await using var server = await AnsweringAsync(Encoding.Latin1.GetBytes(latin), "application/json");
        await using var source = Source(server);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    private static Task<JsonServer> AnsweringAsync(byte[] body, string? mediaType) =>
        JsonServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = mediaType;
                await context.Response.Body.WriteAsync(body, Cancellation);
            },
            Cancellation
        );

    [Theory]
    [InlineData("<no address")]
    [InlineData("next")]
    [InlineData("</2>; title=\"open; rel=next")]
    [InlineData("<http://[>; rel=next")]
    public async Task ALinkHeaderThatCanNotBeReadFailsTheSyncAndIsNoEnd(string header)
    {
        await using var server = await JsonServer.StartAsync(
            async context =>
            {
                context.Response.Headers.Append("Link", header);
                await context.Response.WriteAsync("[{\"id\": 1}]", Cancellation);
            },
            Cancellation
        );
        await using (var source = Source(server, ("paging", "link")))
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
            Assert.Contains("Link header", failure.Message, StringComparison.Ordinal);
        }

        await using var other = Source(server);
        Assert.Equal(["1"], (await other.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
    }

    [Theory]
    [InlineData("""{"items": [{"id": 1}], "next": "/"}""", "next")]
    [InlineData("""{"items": [{"id": 1}], "next": null}""", "page")]
    public async Task PagesThatGoRoundInCirclesFailTheSync(string json, string paging)
    {
        await using var server = await JsonServer.StartAsync(json, Cancellation);
        await using var source = Source(
            server,
            ("items_pointer", "/items"),
            ("paging", paging),
            ("next_pointer", "/next"),
            paging == "page" ? ("page_parameter", "p") : ("first_page", 1)
        );
        Assert.Contains("one came again", (await FailAsync(source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfACharacterIsReplacedAndTheRestIsRead()
    {
        await using var server = await JsonServer.StartAsync(
            """[{"id": "a", "t": "\ud800x", "\udc00": "\ud83d\ude00", "u": "\\ud800"}, {"id": "b"}]""",
            Cancellation
        );
        await using var source = Source(server);

        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents().ToList();

        Assert.Equal(["a", "b"], documents.Select(document => document.Id));
        Assert.Equal(
            ("\ufffdx", "\U0001F600", "\\ud800"),
            (
                documents[0].Json().GetProperty("t").GetString(),
                documents[0].Json().GetProperty("\ufffd").GetString(),
                documents[0].Json().GetProperty("u").GetString()
            )
        );
    }

    [Theory]
    [InlineData("[1, 2]", "", "has no text or number at '/id'")]
    [InlineData("""[{"id": null}]""", "", "has no text or number at '/id'")]
    [InlineData("""{"error": "x"}""", "/items", "there is no array at '/items'")]
    [InlineData("""{"items": null}""", "/items", "there is no array at '/items'")]
    [InlineData("<html>", "", "the answer is not JSON")]
    [InlineData("""[{"id": 1}""", "", "the answer is JSON that has a fault or is not whole")]
    public async Task WhatIsNoListOfItemsNeverPassesForAnEmptyOne(string json, string items, string sentence)
    {
        await using var server = await JsonServer.StartAsync(json, Cancellation);
        await using var source = Source(server, ("items_pointer", items));
        var failure = await FailAsync(source);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Theory]
    [InlineData(429, FailureKind.Retry, 7)]
    [InlineData(503, FailureKind.Retry, 7)]
    [InlineData(500, FailureKind.Retry, 7)]
    [InlineData(401, FailureKind.Fatal, null)]
    [InlineData(404, FailureKind.Fatal, null)]
    [InlineData(418, FailureKind.Fatal, null)]
    public async Task AStatusSaysWhetherARetryHelps(int status, FailureKind kind, int? seconds)
    {
        await using var server = await JsonServer.StartAsync(
            context =>
            {
                (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (status, "7");
                return Task.CompletedTask;
            },
            Cancellation
        );
        await using var source = Source(server);
        var failure = await FailAsync(source);
        Assert.Equal(kind, failure.Kind);
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, failure.RetryAfter);
    }

    [Fact]
    public async Task ARedirectIsFollowedOnTheHostAndNowhereElse()
    {
        await using var server = await JsonServer.StartAsync(
            context =>
            {
                if (context.Request.Path == "/moved")
                {
                    return context.Response.WriteAsync("""[{"id": "there"}]""", Cancellation);
                }

                context.Response.Redirect(
                    context.Request.Path == "/out" ? "http://localhost:1/"
                    : context.Request.Path == "/round" ? "/round"
                    : "/moved"
                );
                return Task.CompletedTask;
            },
            Cancellation
        );
        await using var near = Source(server);
        Assert.Equal(["there"], (await near.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
        await using var far = Source(server, ("url", server.Address + "/out"));
        Assert.Contains("another host, which is not followed", (await FailAsync(far)).Message, StringComparison.Ordinal);
        await using var round = Source(server, ("url", server.Address + "/round"));
        Assert.Contains("redirects in a circle", (await FailAsync(round)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANextPageOnAnotherHostIsRefused()
    {
        await using var server = await JsonServer.StartAsync(
            """{"items": [{"id": 1}], "next": "https://elsewhere.example/"}""",
            Cancellation
        );
        await using var source = Source(server, ("items_pointer", "/items"), ("paging", "next"), ("next_pointer", "/next"));
        Assert.Contains("https://elsewhere.example, another host", (await FailAsync(source)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("0x7f000001")]
    public async Task APrivateAddressIsRefusedUnlessItsNameIsAllowed(string host)
    {
        var called = false;
        await using var server = await JsonServer.StartAsync(
            context =>
            {
                called = true;
                return context.Response.WriteAsync("[]", Cancellation);
            },
            Cancellation
        );
        await using var source = Source(
            server,
            ("url", $"http://{host}:{new Uri(server.Address).Port}/"),
            ("allowed_hosts", "other.example")
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("private, loopback or link-local address, which is refused", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.False(called);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1%3", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("ff02::1", false)]
    public void OnlyAddressesOfTheInternetArePublic(string address, bool isPublic) =>
        Assert.Equal(isPublic, AddressRules.IsPublic(System.Net.IPAddress.Parse(address)));

    [Fact]
    public async Task AnAnswerThatIsTooLargeIsNotRead()
    {
        await using var server = await JsonServer.StartAsync($"""[{"{"}"id": "{new string('x', 1_100_000)}"{"}"}]""", Cancellation);
        await using var source = Source(server, ("max_response_mb", 1));
        Assert.Contains("larger than 1 MiB", (await FailAsync(source)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url", "http://user:pw@x.example/", "url: not an address")]
    [InlineData("url", "file:///etc/passwd", "url: not an address")]
    [InlineData("items_pointer", "items", "items_pointer: 'items' is no JSON pointer")]
    [InlineData("paging", "offset", "paging: \"offset\" is none of")]
    [InlineData("paging", "next", "next_pointer: required")]
    [InlineData("paging", "page", "page_parameter: required")]
    [InlineData("headers", "se-cr-et", "headers: line 1 is no header")]
    [InlineData(
        "headers",
        "Content-Type: se-cr-et",
        "headers: Content-Type can't be set, for it says how the request is sent. Remove line 1."
    )]
    [InlineData("headers", "X-A: b\nhost : se-cr-et", "headers: Host can't be set")]
    [InlineData("headers", "Content-Length: 5", "headers: Content-Length can't be set")]
    [InlineData("headers", "transfer-encoding: se-cr-et", "headers: Transfer-Encoding can't be set")]
    [InlineData("headers", "Connection: se-cr-et", "headers: Connection can't be set")]
    [InlineData("headers", "Proxy-Authorization: se-cr-et", "headers: Proxy-Authorization can't be set")]
    [InlineData("headers", "X-A: se-cr-et\0", "headers: line 1 is no header")]
    [InlineData("headers", "X-A: a\n\nse-cr-et", "headers: line 3 is no header")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await JsonServer.StartAsync("[]", Cancellation);
        await using var source = Source(server, (field, value), ("bearer_token", "to-ke-n"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyPagesThatNeverEndFailTheSync()
    {
        var requests = 0;
        await using var server = await JsonServer.StartAsync(
            context =>
                context.Response.WriteAsync($$"""{"items": [], "next": "/?at={{Interlocked.Increment(ref requests)}}"}""", Cancellation),
            Cancellation
        );
        await using var source = Source(server, ("items_pointer", "/items"), ("paging", "next"), ("next_pointer", "/next"));

        var failure = await FailAsync(source);

        Assert.Contains($"url: {HttpJsonPace.MaxEmptyPages} pages of ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Fatal, HttpJsonPace.MaxEmptyPages), (failure.Kind, requests));
    }

    [Theory]
    [InlineData("https://x.example/a?page=1&b=2", "https://x.example/a?b=2&page=c%26d")]
    [InlineData("https://x.example/a", "https://x.example/a?page=c%26d")]
    public void APageParameterTakesThePlaceOfItsOldValue(string address, string expected) =>
        Assert.Equal(expected, PageAddress.With(new Uri(address), "page", "c&d").AbsoluteUri);

    [Theory]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://0/")]
    [InlineData("http://[::]/")]
    [InlineData("http://2130706433/")]
    public async Task AnAddressThatIsNobodysIsRefusedByNameAndNotCalledABrokenConnection(string url)
    {
        await using var source = new HttpJsonDataSource(SomeSettings.Of(new JsonObject { ["url"] = url }, HttpJsonConfiguration.Fields));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("has a private, loopback or link-local address, which is refused", failure.Message, StringComparison.Ordinal);
    }

    private static Task<ConnectorException> FailAsync(HttpJsonDataSource source) =>
        Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));

    private static HttpJsonDataSource Source(JsonServer server, params (string Field, JsonNode Value)[] values) =>
        new(Context(server, values));

    private static SourceContext Context(JsonServer server, params (string Field, JsonNode Value)[] values)
    {
        var all = new JsonObject { ["url"] = server.Address, ["allowed_hosts"] = "127.0.0.1" };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return SomeSettings.Of(all, HttpJsonConfiguration.Fields);
    }
}
