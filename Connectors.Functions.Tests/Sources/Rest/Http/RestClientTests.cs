using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.SignIn;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Http;

public sealed class RestClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Sat, 01 Jun 2024 12:00:30 GMT", 30)]
    public async Task RetryAfterIsWaitedForInBothForms(string header, int seconds)
    {
        var calls = 0;
        var script = Scripted.By(_ => calls++ == 0 ? Scripted.Status(429, ("Retry-After", header)) : Scripted.Json("[1]"));
        using var client = script.Client();
        using var answer = await client.GetAsync("items", Cancellation);
        Assert.Equal("[1]", Encoding.UTF8.GetString(answer.Bytes.Span));
        Assert.Equal(2, calls);
        Assert.Equal(TimeSpan.FromSeconds(seconds), script.Time.Waited);
    }

    [Fact]
    public async Task ALongerWaitThanIsAllowedFailsTheRequestAndTellsHowLong()
    {
        var script = Scripted.By(_ => Scripted.Status(503, ("Retry-After", "3600")));
        using var client = script.Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(TimeSpan.FromHours(1), failure.RetryAfter);
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task ATokenEndpointThatHasHadEnoughIsAskedAgainWhenItsTimeIsOver()
    {
        var asked = 0;
        var script = Scripted.By(request =>
            request.RequestUri!.Host == "things.example" ? Scripted.Json("[1]")
            : asked++ == 0 ? Scripted.Status(429, ("Retry-After", "7"))
            : Scripted.Json("""{"access_token": "n-e-w", "expires_in": 3600}""")
        );
        using var http = RestClient.CreateHttp(script.Context);
        var tokens = OAuthTokens.ClientCredentials(
            http,
            "Things",
            "Check client_id.",
            script.Time,
            new Uri("https://login.example/token"),
            "id",
            new Secret("se-cr-et")
        );
        using var client = script.Client(options => options with { Signer = RequestSigner.Tokens(tokens, script.Time) });

        using var answer = await client.GetAsync("items", Cancellation);

        Assert.Equal(
            ["POST https://login.example/token", "POST https://login.example/token", "GET https://things.example/api/items [Bearer n-e-w]"],
            script.Seen
        );
        Assert.Equal(TimeSpan.FromSeconds(7), script.Time.Waited);
    }

    [Fact]
    public async Task WithoutRetriesARequestIsSentOnce()
    {
        var script = Scripted.By(_ => Scripted.Status(500));
        using var client = script.Client(options => options with { Retries = 0 });
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Single(script.Seen);
    }

    [Theory]
    [InlineData(401, FailureKind.Fatal, "refuses the sign-in (401). Check token.", 1)]
    [InlineData(403, FailureKind.Fatal, "refuses permission (403). Grant read.", 1)]
    [InlineData(404, FailureKind.Fatal, "there is nothing at this address (404)", 1)]
    [InlineData(418, FailureKind.Fatal, "answers 418", 1)]
    [InlineData(500, FailureKind.Retry, "could not answer at the moment (500)", 5)]
    public async Task AStatusSaysWhatToDo(int status, FailureKind kind, string sentence, int tries)
    {
        var script = Scripted.By(_ => Scripted.Status(status));
        using var client = script.Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items?key=se-cr-et", Cancellation));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode)status, RestErrors.StatusOf(failure));
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(tries, script.Seen.Count);
    }

    [Theory]
    [InlineData("http", HttpRequestError.ResponseEnded, "the connection broke. If it speaks TLS there, write https:// instead of http://.")]
    [InlineData("http", HttpRequestError.Unknown, "the connection broke.")]
    [InlineData("https", HttpRequestError.ResponseEnded, "the connection broke.")]
    public async Task AnAnswerThatIsNoHttpMayComeFromAServerWithTls(string scheme, HttpRequestError error, string sentence)
    {
        var script = Scripted.By(_ => throw new HttpRequestException(error));
        using var client = script.Client(options => options with { Address = new Uri($"{scheme}://things.example/api/") });

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));

        Assert.Equal($"Things ({scheme}://things.example/api/items): {sentence}", failure.Message);
        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    [Fact]
    public async Task ARedirectToAnotherHostIsFollowedWithoutTheCredentials()
    {
        var script = Scripted.By(request =>
            request.RequestUri!.Host == "things.example" ? Found("https://files.example/f") : Scripted.Json("1")
        );
        using var client = script.Client();
        using var answer = await client.GetAsync("items", Cancellation);
        Assert.Equal(["GET https://things.example/api/items [Bearer to-ke-n]", "GET https://files.example/f"], script.Seen);
    }

    [Fact]
    public async Task ABodyGoesToNoOtherHost()
    {
        var script = Scripted.By(_ => Found("https://files.example/f"));
        using var client = script.Client();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            client.SendAsync(RestRequest.Post("items", new JsonObject { ["query"] = "all" }), Cancellation)
        );

        Assert.EndsWith(
            ": redirects to https://files.example, another host, which is not followed.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task ATrustedHostGetsTheCredentialsOnlyOverTls()
    {
        var script = Scripted.By(request =>
            request.RequestUri!.Host == "things.example"
                ? Found(request.RequestUri.AbsolutePath == "/api/a" ? "https://eu.trusted.example/f" : "http://eu.trusted.example/f")
                : Scripted.Json("1")
        );
        using var client = script.Client(options => options with { TrustedHosts = [".trusted.example"] });
        (await client.GetAsync("a", Cancellation)).Dispose();
        (await client.GetAsync("b", Cancellation)).Dispose();
        Assert.Equal("GET https://eu.trusted.example/f [Bearer to-ke-n]", script.Seen[1]);
        Assert.Equal("GET http://eu.trusted.example/f", script.Seen[3]);
    }

    [Fact]
    public async Task RedirectsInACircleEnd()
    {
        var script = Scripted.By(_ => Found("https://things.example/api/items"));
        using var client = script.Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));
        Assert.Contains("redirects in a circle", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenThatIsRefusedIsRenewedOnceAndSharedByAll()
    {
        var tokens = new CountingTokens();
        var script = Scripted.By(request => Scripted.Status(request.Headers.Authorization!.Parameter == "t1" ? 401 : 200));
        using var client = script.Client(options => options with { Signer = RequestSigner.Tokens(tokens, TimeProvider.System) });
        (await client.GetAsync("a", Cancellation)).Dispose();
        (await client.GetAsync("b", Cancellation)).Dispose();
        Assert.Equal(2, tokens.Fetched);
        Assert.Equal(3, script.Seen.Count);

        var closed = Scripted.By(_ => Scripted.Status(401));
        using var refused = closed.Client(options =>
            options with
            {
                Signer = RequestSigner.Tokens(new CountingTokens(), TimeProvider.System),
            }
        );
        await Assert.ThrowsAsync<ConnectorException>(() => refused.GetAsync("a", Cancellation));
        Assert.Equal(2, closed.Seen.Count);
    }

    [Fact]
    public async Task AnAnswerThatIsTooLargeIsNotReadIntoMemory()
    {
        var script = Scripted.By(_ => Scripted.Json($"\"{new string('x', 2_000_000)}\""));
        using var client = script.Client(options => options with { MaxResponseBytes = 1024 * 1024 });
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));
        Assert.Contains("larger than 1 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html", "<html>", FailureKind.Fatal)]
    [InlineData("application/json", "{\"items\": [", FailureKind.Retry)]
    public async Task WhatIsNotJsonNeverPassesForAnEmptyList(string mediaType, string body, FailureKind kind)
    {
        var script = Scripted.By(_ => new HttpResponseMessage { Content = new StringContent(body, Encoding.UTF8, mediaType) });
        using var client = script.Client();
        using var answer = await client.GetAsync("items", Cancellation);
        Assert.Equal(kind, Assert.Throws<ConnectorException>(() => answer.Json).Kind);
    }

    [Fact]
    public async Task AnErrorWithStatus200IsAnError()
    {
        var script = Scripted.By(_ => Scripted.Json("""{"ok": false, "error": "not_in_channel"}"""));
        using var client = script.Client(options =>
            options with
            {
                ErrorOf = json =>
                    json.GetProperty("ok").GetBoolean()
                        ? null
                        : new ConnectorException($"Things says {json.GetProperty("error").GetString()}."),
            }
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("items", Cancellation));
        Assert.Equal("Things says not_in_channel.", failure.Message);
    }

    [Theory]
    [InlineData(404, FailureKind.Skip, false)]
    [InlineData(403, FailureKind.Skip, false)]
    [InlineData(410, FailureKind.Skip, true)]
    [InlineData(401, FailureKind.Fatal, false)]
    [InlineData(500, FailureKind.Retry, false)]
    public async Task AContentThatIsGoneConcernsOnlyItsDocument(int status, FailureKind kind, bool isGone)
    {
        var script = Scripted.By(_ => Scripted.Status(status));
        using var client = script.Client();
        var content = new RestContent(client, RestRequest.Get("f"), "f.txt", 3);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => content.OpenAsync(Cancellation));
        Assert.Equal((kind, isGone), (failure.Kind, failure.IsGone));
    }

    private static HttpResponseMessage Found(string location)
    {
        var answer = Scripted.Status(302);
        answer.Headers.Location = new Uri(location);
        return answer;
    }

    private sealed class CountingTokens : ITokenSource
    {
        public int Fetched { get; private set; }

        public Task<AccessToken> FetchAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new AccessToken(new Secret($"t{++Fetched}"), null));
    }

    [Fact]
    public async Task WhereEachMethodHasALimitARefusalHoldsUpThatMethodAlone()
    {
        var script = Scripted.By(request =>
            request.RequestUri!.AbsolutePath.EndsWith("/full", StringComparison.Ordinal)
                ? Scripted.Status(429, ("Retry-After", "30"))
                : Scripted.Json("{}")
        );
        using var client = script.Client(options =>
            options with
            {
                LimitOf = address => new RequestLimit(address.AbsolutePath, TimeSpan.FromSeconds(2)),
                LongestWait = TimeSpan.FromSeconds(1),
            }
        );
        await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("full", Cancellation));
        (await client.GetAsync("other", Cancellation)).Dispose();
        Assert.Equal(TimeSpan.Zero, script.Time.Waited);
        (await client.GetAsync("other", Cancellation)).Dispose();
        Assert.Equal(TimeSpan.FromSeconds(2), script.Time.Waited);
        await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("full", Cancellation));
        Assert.Equal(TimeSpan.FromSeconds(2), script.Time.Waited);
    }
}
