using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;
using Connectors.Tests.Sources.Rest.Http;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Google;

/// <summary>Answers are those of developers.google.com, "Using OAuth 2.0 for server to server applications".</summary>
public sealed class GoogleTokensTests
{
    private const string Scopes = "https://a.example/read https://a.example/list";
    private static readonly DateTimeOffset Now = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnAssertionThatTheKeySignsBringsATokenWithOneRequest()
    {
        JsonObject form = [];
        var script = Scripted.By(request =>
        {
            form = FormOf(request);
            return Scripted.Json("""{"access_token": "to-ke-n", "expires_in": 3599, "token_type": "Bearer"}""");
        });

        var token = await Tokens(script, "ann@example.org").FetchAsync(Cancellation);

        Assert.Equal(("to-ke-n", Now.AddSeconds(3599)), (token.Value.Reveal(), token.ExpiresAt));
        Assert.Equal(["POST https://oauth2.googleapis.com/token"], script.Seen);
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", (string?)form["grant_type"]);
        var parts = ((string)form["assertion"]!).Split('.');
        using var key = RSA.Create();
        key.ImportFromPem((string)JsonNode.Parse(GoogleReplay.Credentials)!["private_key"]!);
        Assert.True(
            key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64UrlEncoder.DecodeBytes(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
        );
        Assert.Equal("RS256", (string?)JsonNode.Parse(Base64UrlEncoder.Decode(parts[0]))!["alg"]);
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
        Assert.Equal(
            ("mirror@proj-1.iam.gserviceaccount.com", "ann@example.org", "https://oauth2.googleapis.com/token", Scopes),
            ((string?)claims["iss"], (string?)claims["sub"], (string?)claims["aud"], (string?)claims["scope"])
        );
        Assert.Equal(
            (Now.ToUnixTimeSeconds(), Now.AddHours(1).ToUnixTimeSeconds()),
            (claims["iat"]!.GetValue<long>(), claims["exp"]!.GetValue<long>())
        );
    }

    [Fact]
    public async Task ATokenThatWasRefusedIsNotGivenAgain()
    {
        var fetched = 0;
        var tokens = Tokens(Scripted.By(_ => Scripted.Json($$"""{"access_token": "t{{++fetched}}", "expires_in": 3599}""")));

        Assert.Equal("t1", (await tokens.FetchAsync(Cancellation)).Value.Reveal());
        Assert.Equal("t2", (await tokens.FetchAsync(Cancellation)).Value.Reveal());
    }

    [Theory]
    [InlineData(
        """{"error": "unauthorized_client", "error_description": "se-cr-et"}""",
        401,
        "Google: gives no token (unauthorized_client): the client may not sign in this way. Allow it in the app's settings, or have an "
            + "administrator approve it. Check service_account_credentials, that ann@example.org is a user of the domain, and that the "
            + "domain's administrator delegates the scopes https://a.example/read https://a.example/list to the account."
    )]
    [InlineData("""{"error": "invalid_grant"}""", 400, "Google: gives no token (invalid_grant): what the client signs in with has expired")]
    [InlineData("""{"error": "disabled_client"}""", 401, "Google: gives no token (disabled_client): the client is switched off")]
    // A word that no list has may be what was sent.
    [InlineData("""{"error": "se-cr-et"}""", 400, "Google: gives no token (refused). Check service_account_credentials")]
    [InlineData("""{"error": {"message": "se-cr-et"}}""", 403, "Google: gives no token (refused). Check service_account_credentials")]
    [InlineData("<html>se-cr-et</html>", 404, "Google: gives no token (refused). Check service_account_credentials")]
    [InlineData("""{"access_token": {"se-cr-et": 1}}""", 200, "Google: gives no token (refused). Check service_account_credentials")]
    [InlineData("{}", 200, "Google: gives no token (refused). Check service_account_credentials")]
    [InlineData("", 400, "Google: gives no token (refused). Check service_account_credentials")]
    public async Task ARefusalIsSaidInASentenceWithoutWhatWasSent(string body, int status, string sentence)
    {
        var script = Scripted.By(_ => Scripted.Json(body, (HttpStatusCode)status));

        var failure = await FailureAsync(Tokens(script, "ann@example.org"));

        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal((FailureKind.Fatal, HttpStatusCode.Unauthorized), (failure.Kind, RestErrors.StatusOf(failure)));
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
        Assert.Single(script.Seen);
    }

    [Theory]
    [InlineData("""{"error": "rate_limit_exceeded"}""", 429, "7")]
    [InlineData("<html>se-cr-et</html>", 503, "7")]
    [InlineData("", 500, "Sat, 01 Jun 2024 12:00:07 GMT")]
    public async Task WhatMayPassIsLeftToWhoeverAsks(string body, int status, string wait)
    {
        var script = Scripted.By(_ =>
        {
            var answer = Scripted.Json(body, (HttpStatusCode)status);
            answer.Headers.TryAddWithoutValidation("Retry-After", wait);
            answer.Headers.TryAddWithoutValidation("Date", "Sat, 01 Jun 2024 12:00:00 GMT");
            return answer;
        });

        var failure = await FailureAsync(Tokens(script));

        Assert.Equal((FailureKind.Retry, TimeSpan.FromSeconds(7)), (failure.Kind, failure.RetryAfter));
        Assert.Equal($"Google (https://oauth2.googleapis.com/token): could not give a token at the moment ({status}).", failure.Message);
        Assert.Single(script.Seen);
    }

    [Theory]
    [InlineData("<html>se-cr-et</html>")]
    [InlineData("""{"access_token": "se-cr""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task AnAnswerThatCanNotBeReadMayPassAndClosesNoPlace(string body)
    {
        var script = Scripted.By(_ => Scripted.Json(body));

        var failure = await FailureAsync(Tokens(script, "ann@example.org", isPlace: true));

        Assert.Equal(
            (FailureKind.Retry, "Google (https://oauth2.googleapis.com/token): gave no answer that can be read."),
            (failure.Kind, failure.Message)
        );
        Assert.DoesNotContain("se-cr", failure.ToString(), StringComparison.Ordinal);
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task ABrokenConnectionIsTriedAgainByWhoeverAsks()
    {
        var script = Scripted.By(_ => throw new HttpRequestException("se-cr-et"));

        var failure = await FailureAsync(Tokens(script));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal("Google (https://oauth2.googleapis.com/token): gives no token: the connection broke.", failure.Message);
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task AnAssertionIsNotTakenElsewhere()
    {
        var script = Scripted.By(_ => Scripted.Status(307, ("Location", "https://elsewhere.example/token")));

        await FailureAsync(Tokens(script));

        Assert.Equal(["POST https://oauth2.googleapis.com/token"], script.Seen);
    }

    [Fact]
    public async Task ItsRequestsGoThroughTheGuardOfAddresses()
    {
        using var handler = GuardedConnection.CreateHandler("service_account_credentials", []);
        using var http = new GoogleConnection(handler).CreateHttpClient(new());

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("http://127.0.0.1:9/"), Cancellation));

        Assert.Contains("127.0.0.1 has a private", NetworkFailure.Find<ConnectorException>(failure)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUserWhoGetsNoTokenIsAClosedPlaceWhereOthersCanBeRead()
    {
        var script = Scripted.By(_ => Scripted.Json("""{"error": "invalid_grant"}""", HttpStatusCode.BadRequest));

        Assert.True(RestErrors.IsClosedPlace(await FailureAsync(Tokens(script, "ann@example.org", isPlace: true))));
    }

    [Theory]
    [InlineData("se-cr-et")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nse-cr-et\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nc2UtY3ItZXQ=\n-----END PRIVATE KEY-----")]
    public async Task AKeyThatIsNoneIsNamedWithoutARequest(string key)
    {
        var script = Scripted.By(_ => Scripted.Json("{}"));
        var account = Account(("private_key", key));

        var failure = await FailureAsync(Tokens(script, account: account));

        Assert.StartsWith("service_account_credentials: its private_key is not an RSA", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(script.Seen);
    }

    [Fact]
    public async Task AKeyOfAnotherKindIsNamed()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var account = Account(("private_key", curve.ExportPkcs8PrivateKeyPem()));
        var script = Scripted.By(_ => Scripted.Json("{}"));

        var failure = await FailureAsync(Tokens(script, account: account));

        Assert.StartsWith("service_account_credentials: its private_key is not an RSA", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheKeysJsonDoesNotSayWhereItIsSent()
    {
        var script = Scripted.By(_ => Scripted.Json("""{"access_token": "t"}"""));
        var account = Account(("token_uri", "https://elsewhere.example/token"), ("universe_domain", "elsewhere.example"));

        await Tokens(script, account: account).FetchAsync(Cancellation);

        Assert.Equal(["POST https://oauth2.googleapis.com/token"], script.Seen);
    }

    [Fact]
    public async Task ACancelledCallIsCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Tokens(Scripted.By(_ => Scripted.Json("{}"))).FetchAsync(cancelled.Token)
        );
    }

    private static GoogleTokens Tokens(Scripted script, string? subject = null, bool isPlace = false, GoogleAccount? account = null) =>
        new(new GoogleConnection(script), account ?? Account(), subject, Scopes, isPlace, new FakeTimeProvider(Now));

    private static GoogleAccount Account(params IEnumerable<(string Name, string Value)> changes)
    {
        var json = JsonNode.Parse(GoogleReplay.Credentials)!.AsObject();
        foreach (var (name, value) in changes)
        {
            json[name] = value;
        }

        var values = new JsonObject { [GoogleAccount.FieldName] = json.ToJsonString() };
        return GoogleAccount.From(SomeSettings.Of(values, [GoogleAccount.Field("Google")]).Settings);
    }

    private static Task<ConnectorException> FailureAsync(GoogleTokens tokens) =>
        Assert.ThrowsAsync<ConnectorException>(() => tokens.FetchAsync(Cancellation));

    private static JsonObject FormOf(HttpRequestMessage request)
    {
        using var form = new StreamReader(request.Content!.ReadAsStream(Cancellation));
        return Recording.FormOf(form.ReadToEnd());
    }
}
