using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.SharePointServer;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

/// <summary>Sign-in by NTLM, against a server that checks it.</summary>
public sealed class SharePointServerNtlmTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AConnectionIsSignedInOnceAndServesTheRequestsThatFollow()
    {
        await using var server = await NtlmServer.StartAsync("""{"Title": "eng"}""", Cancellation);
        await using var source = Open(server.Address, @"Domain\User", "Password");
        await source.PingAsync(Cancellation);
        await source.PingAsync(Cancellation);
        Assert.Equal(["none", "type 1", "type 3", "none"], server.Messages);
    }

    [Theory]
    [InlineData(@"Domain\User", "swordfish")]
    [InlineData(@"Domain\Other", "Password")]
    [InlineData("User", "Password")]
    public async Task AWrongNameOrPasswordIsRefusedAndNamed(string user, string password)
    {
        await using var server = await NtlmServer.StartAsync("{}", Cancellation);
        await using var source = Open(server.Address, user, password);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("refuses the sign-in (401). Check username, password,", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["none", "type 1", "type 3"], server.Messages);
        Assert.DoesNotContain(password, failure.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A server that only knows Basic gets neither the password nor a message of NTLM.</summary>
    [Fact]
    public async Task ThePasswordIsNotSentInAnotherWay()
    {
        var headers = new List<string>();
        await using var server = await HttpJson.JsonServer.StartAsync(
            context =>
            {
                headers.Add(context.Request.Headers.Authorization.ToString());
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"sp\"";
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            },
            Cancellation
        );
        await using var source = Open(server.Address, @"Domain\User", "Password");
        await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Equal([string.Empty], headers);
    }

    /// <summary>Both hosts bring the switch along: without it, NTLM needs a package of the system on Linux.</summary>
    [Theory]
    [InlineData("elastic-ingest")]
    [InlineData("Connectors.Functions")]
    [InlineData("Connectors.LocalHost")]
    public void TheHostsSignInWithoutAPackageOfTheSystem(string host)
    {
        var options = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{host}.runtimeconfig.json")))!;
        Assert.True((bool?)options["runtimeOptions"]!["configProperties"]!["System.Net.Security.UseManagedNtlm"]);
    }

    private static SharePointServerDataSource Open(string address, string user, string password) =>
        new(
            SomeSettings.Of(
                new JsonObject
                {
                    ["authentication"] = "NTLM",
                    ["username"] = user,
                    ["password"] = password,
                    ["host_url"] = address,
                    ["site_collections"] = "eng",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 0,
                },
                SharePointServerFields
            )
        );

    private static IReadOnlyList<ConfigField> SharePointServerFields { get; } =
        new SharePointServerDataSource(SourceContext.Empty).Description.Fields;
}
