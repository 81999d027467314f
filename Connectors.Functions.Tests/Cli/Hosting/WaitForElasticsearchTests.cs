using Connectors.Cli.Hosting;
using Connectors.Sync.Configuration;
using Xunit;

namespace Connectors.Tests.Cli.Hosting;

/// <summary>How long a command waits for an Elasticsearch that does not answer, while somebody looks on.</summary>
public sealed class WaitForElasticsearchTests
{
    [Theory]
    [InlineData(true, "http://localhost:9200", 120, 0)]
    [InlineData(true, "http://elasticsearch.example:9200", 120, 10)]
    [InlineData(false, "http://localhost:9200", 120, 10)]
    [InlineData(false, "http://localhost:9200", 3, 3)]
    [InlineData(false, "http://localhost:9200", 0, 0)]
    public void OneThatNobodyNamedIsNotWaitedFor(bool isWithoutFile, string host, int configured, int waits)
    {
        var configuration = new ServiceConfiguration
        {
            IsWithoutFile = isWithoutFile,
            Elasticsearch = new() { Hosts = [new Uri(host)], MaxWaitDuration = TimeSpan.FromSeconds(configured) },
        };

        Assert.Equal(
            TimeSpan.FromSeconds(waits),
            ElasticsearchSession.Impatient(configuration, TimeSpan.FromSeconds(10)).MaxWaitDuration
        );
    }
}
