using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Protocol;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>An Elasticsearch that is away is told of, and not for each call that it does not answer.</summary>
public sealed class OutageNoticeTests
{
    [Fact]
    public async Task ItIsToldOnceInHalfAMinuteWithItsReason()
    {
        var clock = new FastForwardTimeProvider();
        var start = clock.GetUtcNow();
        using var log = new ListLoggerProvider();
        using var loggers = new LoggerFactory([log]);
        var options = new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")] };
        using var gateway = GatewayFixture.GatewayOf(options, clock, loggers);

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(number =>
                    Assert.ThrowsAsync<ConnectorException>(() =>
                        gateway.Documents.GetAsync(ProtocolIndices.SyncJobs, $"j{number}", GatewayFixture.Token)
                    )
                )
        );

        var told = log.All.Where(line => line.Contains("Trying again, for ", StringComparison.Ordinal)).ToList();
        Assert.All(told, line => Assert.Contains("Connection refused", line, StringComparison.Ordinal));
        Assert.InRange(told.Count, 1, 1 + (int)((clock.GetUtcNow() - start) / TimeSpan.FromSeconds(30)));
        Assert.True(told.Count < log.All.Count(line => line.Contains("Trying again in", StringComparison.Ordinal)));
    }
}
