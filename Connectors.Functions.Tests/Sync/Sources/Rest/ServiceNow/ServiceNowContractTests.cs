using Connectors.Tests.Sync.Sources.Rest.Replay;

namespace Connectors.Tests.Sync.Sources.Rest.ServiceNow;

public sealed class ServiceNowContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => ServiceNowReplay.Source;
}
