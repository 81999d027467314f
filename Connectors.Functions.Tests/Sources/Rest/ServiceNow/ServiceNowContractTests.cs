using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.ServiceNow;

public sealed class ServiceNowContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => ServiceNowReplay.Source;
}
