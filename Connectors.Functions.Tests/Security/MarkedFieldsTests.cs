using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>A marked secret where no secret belongs: in each field of each source by itself, in every form in which somebody may enter it
/// there.</summary>
public sealed class MarkedFieldsTests : MarkedBed
{
    public static TheoryData<string> ServiceTypes { get; } = [.. MarkedConnectors.ServiceTypes];

    [Theory]
    [MemberData(nameof(ServiceTypes))]
    public async Task WhicheverFieldItWasEnteredIn(string serviceType)
    {
        await using var odd = await OddServer.StartAsync("closed");

        // What is said again in a retry, MarkedSecretsTests hears; here each of hundreds of syncs would wait for it.
        using var cli = Cli(retrySeconds: 0);
        var fields = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (field, connector) in MarkedConnectors.OfEachField(serviceType, odd.Port))
        {
            fields.Add(field);
            Elasticsearch.Put(ProtocolIndices.Connectors, "c", connector.ToJsonString());
            await RunAsync(cli, ["sync", "c", "--debug"], ["connector", "show", "c"]);
            await cli.RunAsync(
                "connector",
                "create",
                "--service-type",
                serviceType,
                "--index",
                "search-d",
                "--id",
                "d",
                "--set",
                $"{field}={(string?)connector["configuration"]![field]!["value"]}"
            );
            Left.Add("create", $"{cli.Out}{cli.Error}");
            Elasticsearch.Delete(ProtocolIndices.Connectors, "d");
            Left.AddDocuments(Elasticsearch);
            foreach (var job in Elasticsearch.Ids(ProtocolIndices.SyncJobs))
            {
                Elasticsearch.Delete(ProtocolIndices.SyncJobs, job);
            }
        }

        Assert.True(fields.Count >= 3);
        Left.AddFiles(Path.Combine(cli.Folder, "state"));
        Left.HoldNoSecret("sync c", "connector show c", "create", ".elastic-connectors-sync-jobs");
    }
}
