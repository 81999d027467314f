using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>A marked secret where no secret belongs: in each field of each source by itself, in every form in which somebody may enter it
/// there.</summary>
public sealed class MarkedFieldsTests : MarkedTests
{
    public static TheoryData<string> ServiceTypes { get; } = [.. MarkedConnectors.ServiceTypes];

    [Theory]
    [MemberData(nameof(ServiceTypes))]
    public async Task WhicheverFieldItWasEnteredIn(string serviceType)
    {
        await using var odd = await OddServer.StartAsync("closed");

        // Hundreds of syncs wait for a server that is not there: some at a time, and without retries, which MarkedSecretsTests hears.
        var entered = MarkedConnectors.OfEachField(serviceType, odd.Port).ToList();
        await Parallel.ForEachAsync(
            entered.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (item, _) => await EnterAsync(serviceType, item.Index, item.Item.Field, item.Item.Connector)
        );

        Assert.True(entered.DistinctBy(item => item.Field).Count() >= 3);
        Left.AddDocuments(Elasticsearch);
        Left.HoldNoSecret("sync c", "connector show c", "create", ".elastic-connectors-sync-jobs");
    }

    private async Task EnterAsync(string serviceType, int number, string field, JsonObject connector)
    {
        var (asDocument, asCommand) = ($"c{number}", $"d{number}");
        connector["index_name"] = $"search-{asDocument}";
        Elasticsearch.Put(ProtocolIndices.Connectors, asDocument, connector.ToJsonString());
        using var cli = Cli(retrySeconds: 0);
        await RunAsync(cli, ["sync", asDocument, "--debug"], ["connector", "show", asDocument]);
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            serviceType,
            "--index",
            $"search-{asCommand}",
            "--id",
            asCommand,
            "--set",
            $"{field}={(string?)connector["configuration"]![field]!["value"]}"
        );
        Left.Add("create", $"{cli.Out}{cli.Error}");
        Left.AddFiles(Path.Combine(cli.Folder, "state"));
    }
}
