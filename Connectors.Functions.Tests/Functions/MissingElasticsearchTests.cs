using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Http;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>The HTTP API while Elasticsearch is gone: who asks is told soon.</summary>
public sealed class MissingElasticsearchTests : IDisposable
{
    private readonly TemporaryFolder _staging = new();
    private readonly FastForwardTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _staging.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EveryRequestIsAnsweredWithinSecondsWithTheAddressAndTheReason(bool wasThere)
    {
        var (app, address) = await StartAsync(wasThere);
        await using var closing = app;
        var runner = new ApiRunner(app, NullLogger<ApiRunner>.Instance);
        var connectors = new ConnectorsApi(runner, null!);
        var syncs = new SyncsApi(runner);
        var request = new DefaultHttpContext().Request;
        Func<Task<IActionResult>>[] requests =
        [
            () => connectors.ListAsync(request, Token),
            () => connectors.GetAsync(request, "c1", Token),
            () => connectors.StartAsync(request, "c1", null!, Token),
            () => syncs.ListAsync(request, Token),
            () => syncs.GetAsync(request, "j1", null!, Token),
            () => syncs.CancelAsync(request, "j1", null!, Token),
        ];

        foreach (var ask in requests)
        {
            var start = _time.GetUtcNow();

            var answer = (ContentResult)await ask();

            Assert.Equal((503, "application/problem+json"), (answer.StatusCode!.Value, answer.ContentType));
            Assert.StartsWith(
                $"Elasticsearch at {address} can't be reached",
                (string?)JsonNode.Parse(answer.Content!)!["detail"],
                StringComparison.Ordinal
            );
            Assert.InRange(_time.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public async Task HealthAsksOnceAndTellsTheReason()
    {
        var (app, address) = await StartAsync(wasThere: false);
        await using var closing = app;
        var start = _time.GetUtcNow();

        var health = (ContentResult)await new ServiceApi(app).HealthAsync(null!, Token);

        Assert.Equal(503, health.StatusCode);
        Assert.StartsWith(
            $"Elasticsearch at {address} can't be reached (GET /): ",
            (string?)JsonNode.Parse(health.Content!)!["checks"]!["elasticsearch"]!["problems"]![0],
            StringComparison.Ordinal
        );
        Assert.Equal(start, _time.GetUtcNow());
    }

    /// <summary>An app whose Elasticsearch is gone.</summary>
    /// <param name="wasThere">Whether the app had worked with it before.</param>
    private async Task<(ConnectorApp App, string Address)> StartAsync(bool wasThere)
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        var variables = new Dictionary<string, string>
        {
            ["Connectors__elasticsearch__host"] = elasticsearch.Uri.ToString(),
            ["ConnectorsStagingFolder"] = _staging.Path,
        };
        var app = new ConnectorApp(new AppSettings { Variables = variables, ConfigFile = null }, _time, NullLoggerFactory.Instance);
        if (wasThere)
        {
            await app.ReadyAsync(Token);
        }

        return (app, elasticsearch.Uri.ToString().TrimEnd('/'));
    }
}
