using Connectors.Emulator.Faults;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

public sealed class ConnectorDeletionTests
{
    [Fact]
    public async Task AConnectorIsDeletedThoughTheConnectorApiMissesTheIndexOfItsJobs()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var store = fixture.Gateway.Documents;
        await store.CreateAsync(
            ProtocolIndices.Connectors,
            "c1",
            Some.Json("""{"name":"orders","index_name":"search-orders","service_type":"mongodb"}"""),
            GatewayFixture.Token
        );
        fixture.Server.Faults.Add(
            FaultRule.RefuseCall(404) with
            {
                Method = "DELETE",
                Route = "_connector/{id}",
                Type = "index_not_found_exception",
                Reason = "no such index [.elastic-connectors-sync-jobs]",
            }
        );

        await new ConnectorEdits(store, new ConnectorIndex(store, new FakeTimeProvider())).DeleteAsync("c1", GatewayFixture.Token);

        Assert.Null(await store.GetAsync(ProtocolIndices.Connectors, "c1", GatewayFixture.Token));
    }
}
