using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>A marked secret in every field of every source, against servers that fail in every way; then everything that
/// <c>elastic-ingest</c> left is searched for it.</summary>
public sealed class MarkedSecretsTests : MarkedTests
{
    public static TheoryData<string, string> Cases { get; } =
    [.. MarkedConnectors.ServiceTypes.SelectMany(type => OddServer.KindsFor(type).Select(kind => (type, kind)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ElasticIngestLeavesItNowhere(string serviceType, string server)
    {
        await using var odd = await OddServer.StartAsync(server);
        Elasticsearch.Put(ProtocolIndices.Connectors, "c", MarkedConnectors.Of(serviceType, odd.Port, server == "tls", "c").ToJsonString());
        using var cli = Cli(retrySeconds: 1);

        await RunAsync(
            cli,
            ["sync", "c", "--debug"],
            ["doctor", "--json"],
            ["preview", "c"],
            ["connector", "show", "c"],
            ["list", "--json"],
            ["job", "list"]
        );

        Assert.NotEmpty(Elasticsearch.Ids(ProtocolIndices.SyncJobs));
        Assert.True(
            odd.Requests > 0 || !server.Contains("ing", StringComparison.Ordinal),
            $"{serviceType} does not get as far as its server with the values of {nameof(MarkedValues)}. {cli.Out}{cli.Error}"
        );
        Left.AddFiles(Path.Combine(cli.Folder, "state"));
        Left.AddDocuments(Elasticsearch);
        Left.HoldNoSecret("sync c", "connector show c", ".elastic-connectors-sync-jobs", "state");
    }
}
