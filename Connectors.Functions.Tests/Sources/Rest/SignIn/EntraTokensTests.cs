using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Identity;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Connectors.Tests.Sources.Rest.Http;
using Microsoft.Identity.Client;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SignIn;

/// <summary>Answers are those of learn.microsoft.com, OAuth 2.0 client credentials flow, and its list of AADSTS error codes.</summary>
public sealed class EntraTokensTests
{
    private const string Tenant = "11111111-2222-4333-8444-555555555555";
    private const string Scope = "https://graph.microsoft.com/.default";

    // The library remembers failures of an application for a minute, across tests.
    private readonly string _client = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASecretBringsATokenWithOneRequest()
    {
        var form = string.Empty;
        var script = Scripted.By(request =>
        {
            form = Read(request);
            return Scripted.Json("""{"token_type": "Bearer", "expires_in": 3599, "access_token": "to-ke-n"}""");
        });
        using var http = RestClient.CreateHttp(script.Context);
        var token = await BySecret(http).FetchAsync(Cancellation);
        Assert.Equal("to-ke-n", token.Value.Reveal());
        Assert.NotNull(token.ExpiresAt);
        Assert.Equal([$"POST https://login.microsoftonline.com/{Tenant}/oauth2/v2.0/token"], script.Seen);
        Assert.Contains($"client_id={_client}", form, StringComparison.Ordinal);
        Assert.Contains("client_secret=se-cr-et", form, StringComparison.Ordinal);
        Assert.Contains("grant_type=client_credentials", form, StringComparison.Ordinal);
        Assert.Contains($"scope={Uri.EscapeDataString(Scope)}", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenThatWasRefusedIsNotGivenAgain()
    {
        var fetched = 0;
        var script = Scripted.By(_ =>
            Scripted.Json($$"""{"token_type": "Bearer", "expires_in": 3599, "access_token": "t{{Interlocked.Increment(ref fetched)}}"}""")
        );
        using var http = RestClient.CreateHttp(script.Context);
        var tokens = BySecret(http);
        Assert.Equal("t1", (await tokens.FetchAsync(Cancellation)).Value.Reveal());
        Assert.Equal("t2", (await tokens.FetchAsync(Cancellation)).Value.Reveal());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACertificateSignsTheRequestHoweverItWasPasted(bool inOneLine)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=client-1", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
        var (public_, private_) = (certificate.ExportCertificatePem(), rsa.ExportPkcs8PrivateKeyPem());
        if (inOneLine)
        {
            (public_, private_) = (public_.ReplaceLineEndings(" "), private_.ReplaceLineEndings(" "));
        }

        var form = string.Empty;
        var script = Scripted.By(message =>
        {
            form = Read(message);
            return Scripted.Json("""{"token_type": "Bearer", "expires_in": 3599, "access_token": "to-ke-n"}""");
        });
        using var http = RestClient.CreateHttp(script.Context);
        var tokens = EntraTokens.Certificate(http, App("certificate"), public_, new Secret(private_), Scope);
        Assert.Equal("to-ke-n", (await tokens.FetchAsync(Cancellation)).Value.Reveal());
        var assertion = form.Split('&').Single(part => part.StartsWith("client_assertion=", StringComparison.Ordinal)).Split('=')[1];
        Assert.Equal(_client, new JsonWebToken(Uri.UnescapeDataString(assertion)).Subject);
        Assert.DoesNotContain("client_secret", form, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AADSTS90002", "invalid_request", "tenant_id: Microsoft Entra ID knows no such tenant (AADSTS90002).")]
    [InlineData("AADSTS700016", "unauthorized_client", "client_id: the tenant has no such app (AADSTS700016).")]
    [InlineData("AADSTS7000215", "invalid_client", "client_secret: not the app's secret (AADSTS7000215).")]
    [InlineData("AADSTS7000222", "invalid_client", "client_secret: the secret has expired (AADSTS7000222).")]
    [InlineData("AADSTS53003", "invalid_grant", "Microsoft Entra ID gives no token (AADSTS53003). Check tenant_id, client_id and")]
    public async Task ARefusalNamesTheFieldThatIsWrong(string code, string error, string sentence)
    {
        var body = $$"""
            {"error": "{{error}}", "error_description": "{{code}}: no, se-cr-et is wrong.", "error_codes": [{{code[6..]}}]}
            """;
        var failure = await FailureAsync(Scripted.By(_ => Scripted.Json(body, System.Net.HttpStatusCode.BadRequest)));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task WhatMayPassIsSaidToPass(int status)
    {
        var script = Scripted.By(_ => Scripted.Status(status, ("Retry-After", "7")));
        var failure = await FailureAsync(script);
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains($"({status})", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    /// <summary>A date is one of the clock of whoever answers.</summary>
    [Theory]
    [InlineData("Sat, 01 Jun 2024 12:02:00 GMT", "Sat, 01 Jun 2024 12:00:30 GMT", 90)]
    [InlineData("Sat, 01 Jun 2024 12:02:00 GMT", "Sat, 01 Jun 2024 12:03:00 GMT", 0)]
    [InlineData("Sat, 01 Jun 2024 12:02:00 GMT", null, 60)]
    public async Task WhenItPassesMayBeADate(string until, string? now, int seconds)
    {
        var script = Scripted.By(_ => Scripted.Status(503, [("Retry-After", until), .. now is null ? [] : new[] { ("Date", now) }]));
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await FailureAsync(script)).RetryAfter);
    }

    [Fact]
    public void AManagedIdentityIsNamedAndNotTheAuthorityThatItDoesNotAsk()
    {
        foreach (
            var (cause, sentence) in ((Exception, string)[])
                [
                    (
                        new SocketException((int)SocketError.HostUnreachable),
                        "can't be reached (HostUnreachable). Check the network; no proxy is used."
                    ),
                    (new HttpRequestException("se-cr-et"), "gave no answer that can be read."),
                    (new MsalServiceException("busy", "se-cr-et", 503), "could not give a token at the moment (503)."),
                ]
        )
        {
            var failure = EntraErrors.Explain(new AuthenticationFailedException("se-cr-et", cause), app: null);
            Assert.Equal((FailureKind.Retry, $"The managed identity: {sentence}"), (failure.Kind, failure.Message));
        }

        var refused = EntraErrors.Explain(new AuthenticationFailedException("se-cr-et"), app: null);
        Assert.Equal("Microsoft Entra ID gives no token. Check the managed identity and its permissions.", refused.Message);
    }

    [Fact]
    public async Task ABrokenConnectionAndAPageForPeopleAreTriedAgain()
    {
        Assert.Equal(FailureKind.Retry, (await FailureAsync(Scripted.By(_ => throw new HttpRequestException("se-cr-et")))).Kind);
        Assert.Equal(FailureKind.Retry, (await FailureAsync(Scripted.By(_ => Scripted.Json("<html>we will be back</html>")))).Kind);
    }

    [Fact]
    public void FieldsThatCanNotBeRightAreNamedWithoutARequest()
    {
        using var http = RestClient.CreateHttp(Scripted.By(_ => throw new InvalidOperationException()).Context);
        var tenant = Assert.Throws<ConnectorException>(() =>
            EntraTokens.Secret(http, new EntraApp("no/tenant", "client-1"), new Secret("se-cr-et"), Scope)
        );
        Assert.StartsWith("tenant_id: not a tenant", tenant.Message, StringComparison.Ordinal);
        var certificate = Assert.Throws<ConnectorException>(() =>
            EntraTokens.Certificate(http, App("certificate"), "se-cr-et", new Secret("se-cr-et"), Scope)
        );
        Assert.StartsWith("certificate, private_key: not a certificate", certificate.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", certificate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACancelledCallIsCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using var http = RestClient.CreateHttp(Scripted.By(_ => Scripted.Json("{}")).Context);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BySecret(http).FetchAsync(cancelled.Token));
    }

    private EntraApp App(string credentialField = "client_secret") => new(Tenant, _client, credentialField);

    private EntraTokens BySecret(HttpClient http) => EntraTokens.Secret(http, App(), new Secret("se-cr-et"), Scope);

    private async Task<ConnectorException> FailureAsync(Scripted script)
    {
        using var http = RestClient.CreateHttp(script.Context);
        return await Assert.ThrowsAsync<ConnectorException>(() => BySecret(http).FetchAsync(Cancellation));
    }

    private static string Read(HttpRequestMessage request)
    {
        using var form = new StreamReader(request.Content!.ReadAsStream(Cancellation));
        return form.ReadToEnd();
    }
}
