using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>Elasticsearch is never followed elsewhere: a bulk body and the credentials would go there too.</summary>
public sealed class RedirectTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task ARedirectIsNotFollowedAndItsTargetIsNamed(int status)
    {
        var followed = 0;
        await using var other = await PlainServer.StartAsync(context =>
        {
            followed++;
            return context.Response.WriteAsJsonAsync(new { count = 3 });
        });
        await using var server = await PlainServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = new UriBuilder(other.Uri)
            {
                UserName = "user",
                Password = "hunter2",
                Path = "/elsewhere",
                Query = "?token=hunter2",
            }
                .Uri
                .AbsoluteUri;
            return Task.CompletedTask;
        });
        using var gateway = GatewayFixture.GatewayOf(
            new ElasticsearchOptions
            {
                Hosts = [server.Uri],
                Headers = new Dictionary<string, Secret> { ["X-Tenant"] = new("t1") },
            }
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.Content.CountAsync("search-a", Token));
        var bulk = await gateway.Content.BulkAsync("search-a", null, "{}\n"u8.ToArray(), 1, null, Token);

        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.Contains(
            $"answered GET /search-a/_count with {status}, a redirect to {other.Uri}elsewhere.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
        Assert.Equal((status, 0), (bulk.Status, followed));
        Assert.Contains($"a redirect to {other.Uri}elsewhere.", bulk.Error!.Reason, StringComparison.Ordinal);
    }
}
