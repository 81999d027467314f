using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Sandfly;

public sealed class SandflyContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => SandflyReplay.Source;
}
