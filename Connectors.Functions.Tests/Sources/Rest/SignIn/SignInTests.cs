using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Connectors.Tests.Sources.Rest.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SignIn;

public sealed class SignInTests
{
    private static readonly DateTimeOffset Now = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeysGoWhereTheServiceWantsThem()
    {
        Assert.Equal("Bearer t", await SignedAsync(RequestSigner.Bearer(new Secret(" t\n"))));
        Assert.Equal("Basic dTpww7w=", await SignedAsync(RequestSigner.Basic("u", new Secret("pü"))));
        Assert.Equal("k", await SignedAsync(RequestSigner.Header("Authorization", new Secret("k"))));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://things.example/a?b=1");
        await RequestSigner.Query("key", new Secret("k&")).SignAsync(request, Cancellation);
        Assert.Equal("https://things.example/a?b=1&key=k%26", request.RequestUri!.AbsoluteUri);
    }

    [Fact]
    public async Task ATokenIsFetchedOnceForAllAndRenewedBeforeItEnds()
    {
        var fetched = 0;
        var script = Scripted.By(_ =>
            Scripted.Json($$"""{"access_token": "t{{Interlocked.Increment(ref fetched)}}", "expires_in": 3600}""")
        );
        using var http = RestClient.CreateHttp(script.Context);
        var signer = RequestSigner.Tokens(
            OAuthTokens.ClientCredentials(
                http,
                "Things",
                "Check client_id.",
                _time,
                new Uri("https://login.example/token"),
                "id",
                new Secret("se-cr-et")
            ),
            _time
        );
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SignedAsync(signer))), token => Assert.Equal("Bearer t1", token));
        _time.Advance(TimeSpan.FromMinutes(57));
        Assert.Equal("Bearer t1", await SignedAsync(signer));
        _time.Advance(TimeSpan.FromMinutes(1.5));
        Assert.Equal("Bearer t2", await SignedAsync(signer));
        Assert.Equal(2, fetched);
    }

    [Fact]
    public async Task ARefreshTokenThatIsReplacedIsUsedFromThenOn()
    {
        var sent = new List<string>();
        var script = Scripted.By(request =>
        {
            using var form = new StreamReader(request.Content!.ReadAsStream(Cancellation));
            sent.Add(form.ReadToEnd());
            return Scripted.Json($$"""{"access_token": "t", "refresh_token": "r{{sent.Count}}", "expires_in": 60}""");
        });
        using var http = RestClient.CreateHttp(script.Context);
        var tokens = OAuthTokens.Refresh(
            http,
            "Things",
            "Check refresh_token.",
            _time,
            new Uri("https://login.example/token"),
            "id",
            new Secret("s"),
            new Secret("r0")
        );
        await tokens.FetchAsync(Cancellation);
        var token = await tokens.FetchAsync(Cancellation);
        Assert.Contains("refresh_token=r0", sent[0], StringComparison.Ordinal);
        Assert.Contains("refresh_token=r1", sent[1], StringComparison.Ordinal);
        Assert.Equal(Now.AddMinutes(1), token.ExpiresAt);
    }

    [Theory]
    [InlineData(
        """{"error": "invalid_client", "error_description": "se-cr-et is wrong"}""",
        400,
        FailureKind.Fatal,
        "gives no token (invalid_client): it does not know the client, or its secret is wrong. Check client_id."
    )]
    // RFC 6749, 5.2, has status 401 for invalid_client; Google answers 401 with unauthorized_client, Salesforce 400.
    [InlineData("""{"error": "invalid_client"}""", 401, FailureKind.Fatal, "(invalid_client): it does not know the client")]
    [InlineData(
        """{"error": "unauthorized_client"}""",
        401,
        FailureKind.Fatal,
        "(unauthorized_client): the client may not sign in this way."
    )]
    [InlineData(
        """{"error": "unauthorized_client"}""",
        400,
        FailureKind.Fatal,
        "(unauthorized_client): the client may not sign in this way."
    )]
    [InlineData("""{"error": "invalid_scope"}""", 403, FailureKind.Fatal, "(invalid_scope): a permission that is asked for does not exist")]
    [InlineData("""{"error": "invalid_grant"}""", 400, FailureKind.Fatal, "(invalid_grant): what the client signs in with has expired")]
    [InlineData("""{"error": "unsupported_grant_type"}""", 400, FailureKind.Fatal, "(unsupported_grant_type): it does not offer this way")]
    [InlineData("""{"error": "invalid_request"}""", 400, FailureKind.Fatal, "(invalid_request): it lacks something in the request")]
    // A word that no list has may be what was sent.
    [InlineData("""{"error": "se-cr-et"}""", 400, FailureKind.Fatal, "gives no token (refused). Check client_id.")]
    [InlineData("""{"error": "secret_word"}""", 400, FailureKind.Fatal, "gives no token (refused). Check client_id.")]
    [InlineData(
        """{"error": {"code": 403, "message": "se-cr-et"}}""",
        403,
        FailureKind.Fatal,
        "gives no token (refused). Check client_id."
    )]
    [InlineData("se-cr-et", 503, FailureKind.Retry, "Things (https://login.example/token): could not give a token at the moment (503).")]
    [InlineData("{}", 200, FailureKind.Fatal, "gives no token (refused). Check client_id.")]
    [InlineData("<p>se-cr-et", 200, FailureKind.Retry, "Things (https://login.example/token): gave no answer that can be read.")]
    [InlineData("[]", 400, FailureKind.Fatal, "gives no token (refused). Check client_id.")]
    [InlineData("[]", 200, FailureKind.Retry, "Things (https://login.example/token): gave no answer that can be read.")]
    [InlineData("", 200, FailureKind.Retry, "Things (https://login.example/token): gave no answer that can be read.")]
    public async Task NoTokenIsSaidInASentenceWithoutTheSecret(string body, int status, FailureKind kind, string sentence)
    {
        using var http = RestClient.CreateHttp(Scripted.By(_ => Scripted.Json(body, (System.Net.HttpStatusCode)status)).Context);
        var tokens = OAuthTokens.ClientCredentials(
            http,
            "Things",
            "Check client_id.",
            _time,
            new Uri("https://login.example/token"),
            "id",
            new Secret("se-cr-et")
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => tokens.FetchAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("blanks")]
    [InlineData("letters")]
    public void ASignedTokenProvesWhoAsksHoweverTheKeyWasPasted(string form)
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportPkcs8PrivateKeyPem();
        var pasted = form switch
        {
            "blanks" => pem.ReplaceLineEndings(" "),
            "letters" => pem.ReplaceLineEndings("\\n"),
            _ => pem,
        };
        var parts = SignedJwt.Create("private_key", new Secret(pasted), "5", Now).Split('.');
        Assert.True(
            rsa.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Bytes(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
        );
        var claims = JsonDocument.Parse(Bytes(parts[1])).RootElement;
        Assert.Equal("5", claims.GetProperty("iss").GetString());
        Assert.Equal(Now.AddMinutes(-1).ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(Now.AddMinutes(5).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
        Assert.False(claims.TryGetProperty("nbf", out _));
    }

    [Fact]
    public void AKeyThatIsNoneIsNamedAndNotRepeated()
    {
        var failure = Assert.Throws<ConnectorException>(() =>
            SignedJwt.Create("private_key", new Secret("se-cr-et"), "5", Now)
        );
        Assert.StartsWith("private_key: not an RSA private key", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> SignedAsync(RequestSigner signer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://things.example/");
        await signer.SignAsync(request, Cancellation);
        return request.Headers.TryGetValues("Authorization", out var values) ? values.Single() : string.Empty;
    }

    private static byte[] Bytes(string part) => System.Buffers.Text.Base64Url.DecodeFromChars(part);
}
