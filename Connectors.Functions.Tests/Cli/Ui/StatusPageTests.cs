using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Cli.Ui;
using Connectors.Emulator.Faults;
using Connectors.Functions.Http;
using Connectors.Sync.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Xunit;

namespace Connectors.Tests.Cli.Ui;

public sealed partial class StatusPageTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private PollFixture _fixture = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PollFixture.OpenAsync();
        await _fixture.MirrorAsync("f1", "files", 3);
        await _fixture.StartAsync();
        _http.BaseAddress = new Uri(_fixture.Page, "/api/");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task ThePageAllowsItsOwnScriptAndStyleAndNothingElse()
    {
        using var answer = await _http.GetAsync("ui", Token);
        var html = await answer.Content.ReadAsStringAsync(Token);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        foreach (
            var directive in (string[])
                [
                    "default-src 'none'",
                    "connect-src 'self'",
                    "frame-ancestors 'none'",
                    "base-uri 'none'",
                    "form-action 'none'",
                    $"script-src {Hash(html, "script")}",
                    $"style-src {Hash(html, "style")}",
                ]
        )
        {
            Assert.Contains(directive, policy.Split("; "));
        }

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.DoesNotContain(
            "://",
            html.Replace("http://www.w3.org/2000/svg", string.Empty, StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|localStorage|\\{\\{", html);
    }

    [Fact]
    public async Task TheFunctionAppServesTheSamePageWithTheSameHeaders()
    {
        var http = new DefaultHttpContext();

        var page = Assert.IsType<ContentResult>(ServiceApi.StatusPage(http.Request));

        Assert.Equal(await _http.GetStringAsync("ui", Token), page.Content);
        Assert.Equal("text/html; charset=utf-8", page.ContentType);
        Assert.Equal(
            StatusPage.Headers.OrderBy(header => header.Key),
            http.Response.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())).OrderBy(header => header.Key)
        );
    }

    [Theory]
    [InlineData("GET", "/api/nope", HttpStatusCode.NotFound, "There is nothing at /api/nope. The status page is at /api/ui")]
    [InlineData("DELETE", "/api/connectors", HttpStatusCode.MethodNotAllowed, "/api/connectors does not take DELETE. It takes GET, HEAD.")]
    public async Task WhatNoRouteTakesIsAProblem(string method, string path, HttpStatusCode status, string detail)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await _http.SendAsync(request, Token);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!;
        Assert.Equal((int)status, problem["status"]!.GetValue<int>());
        Assert.StartsWith(detail, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ui", "text/html")]
    [InlineData("connectors", "application/json")]
    public async Task HeadIsAnsweredAsGetIsWithoutTheBody(string path, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using var answer = await _http.SendAsync(request, Token);

        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task AFormIsToldHowJsonIsSent()
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("dryRun", "true")]);

        using var answer = await _http.PostAsync("connectors/f1/syncs", form, Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("`Content-Type: application/json`", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingElasticsearchIsToldWithItsAddress()
    {
        _fixture.Elasticsearch.Faults.Add(FaultRule.RefuseCall(503));

        foreach (var path in (string[])["connectors", "connectors/f1", "syncs", "syncs/j1"])
        {
            using var answer = await _http.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!;
            Assert.StartsWith("Elasticsearch at http://127.0.0.1:", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ATakenPortIsToldInOneSentence()
    {
        using var cli = new CliRun(_fixture.Elasticsearch.Uri);

        Assert.Equal(1, await cli.RunAsync("poll", "--ui", $"127.0.0.1:{_fixture.Page.Port}"));

        Assert.Contains($"The status page can't be served at 127.0.0.1:{_fixture.Page.Port}: ", $"{cli.Error}", StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", $"{cli.Error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRootLeadsToThePage()
    {
        using var answer = await _http.GetAsync("/", Token);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/api/ui", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task AnotherWebPageStartsNothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "connectors/f1/syncs") { Headers = { { header, value } } };

        using var answer = await _http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, _fixture.Elasticsearch.Count(".elastic-connectors-sync-jobs"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("localhost.evil.example:80")]
    public async Task ANameThatOnlyLeadsHereIsNotAnsweredTo(string host)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            using var request = new HttpRequestMessage(method, "connectors") { Headers = { Host = host } };
            using var answer = await _http.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task ThePageItselfStartsASyncThatIsTakenAtOnce()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "connectors/f1/syncs")
        {
            Headers = { { "Origin", _fixture.Page.GetLeftPart(UriPartial.Authority) }, { "Sec-Fetch-Site", "same-origin" } },
        };
        var ended = _fixture.Out.LineAsync("files: completed");

        using var answer = await _http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["id"]!.GetValue<string>();
        Assert.Equal($"/api/syncs/{id}", answer.Headers.Location?.ToString());
        Assert.Contains("3 added", await ended, StringComparison.Ordinal);
        Assert.Equal("completed", (await GetAsync($"syncs/{id}"))["status"]!.GetValue<string>());
        Assert.Equal([id], (await GetAsync("syncs?connector=f1"))["syncs"]!.AsArray().Select(job => job!["id"]!.GetValue<string>()));
        Assert.Empty((await GetAsync("syncs?status=unfinished"))["syncs"]!.AsArray());
    }

    [Fact]
    public async Task ARunningSyncTellsItsProgressAndIsNotStartedTwice()
    {
        var gate = new RequestGate();
        _fixture.Elasticsearch.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });
        using var first = await _http.PostAsync("connectors/f1/syncs", null, Token);
        var id = (await first.Content.ReadFromJsonAsync<JsonObject>(Token))!["id"]!.GetValue<string>();
        await gate.WaitForAsync(1, Token);

        using var second = await _http.PostAsync("connectors/f1/syncs", null, Token);
        var running = (await GetAsync("syncs?status=unfinished&connector=f1"))["syncs"]!.AsArray();
        var progress = (await GetAsync($"syncs/{id}"))["progress"];
        gate.Open();

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(id, (await second.Content.ReadFromJsonAsync<JsonObject>(Token))!["jobId"]!.GetValue<string>());
        Assert.Equal([id], running.Select(job => job!["id"]!.GetValue<string>()));
        Assert.Equal("pages", progress!["phase"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("connectors/none", 404, "There is no connector with id 'none'. GET /api/connectors shows those that there are.")]
    [InlineData("syncs/none", 404, "There is no sync job with id 'none'. GET /api/syncs shows the newest ones.")]
    [InlineData("syncs/dry-run-none", 404, "There is no sync job with id 'dry-run-none'. GET /api/syncs shows the newest ones.")]
    [InlineData(
        "syncs?status=done",
        400,
        "status: 'done' is not a job state. Known are pending, in_progress, canceling, canceled, suspended, completed, error, unfinished."
    )]
    [InlineData("syncs?statsu=error", 400, "statsu: unknown parameter. Did you mean status? Known are connector, status, limit.")]
    [InlineData("connectors/f1?full=1", 400, "full: unknown parameter. This address takes none.")]
    public async Task WhatIsWrongIsSaidAsAProblem(string path, int status, string detail)
    {
        using var answer = await _http.GetAsync(path, Token);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(detail, (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["detail"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(
        "0.0.0.0:8080",
        "--ui: 0.0.0.0 can be reached from other machines, and the status page has no log-in. Use 127.0.0.1:8080; from elsewhere, an SSH "
            + "tunnel to it."
    )]
    [InlineData(
        "192.168.0.2:80",
        "--ui: 192.168.0.2 can be reached from other machines, and the status page has no log-in. Use 127.0.0.1:80; from elsewhere, an "
            + "SSH tunnel to it."
    )]
    [InlineData(
        "[::]:80",
        "--ui: [::] can be reached from other machines, and the status page has no log-in. Use 127.0.0.1:80; from elsewhere, an SSH "
            + "tunnel to it."
    )]
    [InlineData("8080", "--ui: \"8080\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    [InlineData("127.0.0.1", "--ui: \"127.0.0.1\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    [InlineData("127.0.0.1:70000", "--ui: \"127.0.0.1:70000\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    [InlineData("::1", "--ui: \"::1\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    [InlineData("host.example:80", "--ui: \"host.example:80\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    [InlineData("", "--ui: \"\" is not an address and a port of this machine, such as 127.0.0.1:8080.")]
    public void OnlyThisMachineIsAnAddress(string text, string expected)
    {
        Assert.Null(UiAddress.Parse(text, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("127.8.9.1:0", "127.8.9.1:0")]
    [InlineData("LocalHost:80", "127.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    public void AnAddressOfThisMachineIsOne(string text, string expected)
    {
        Assert.Equal(expected, UiAddress.Parse(text, out var problem)?.ToString());
        Assert.Null(problem);
    }

    private async Task<JsonObject> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonObject>(path, Token))!;

    private static string Hash(string html, string element)
    {
        var text = Element(element).Match(html).Groups["text"].Value;
        Assert.True(text.Length > 1000);
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
    }

    private static Regex Element(string name) => name == "script" ? Script() : Style();

    [GeneratedRegex("<script>(?<text>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(?<text>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Style();
}
