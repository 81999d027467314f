using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Slack;

public sealed class SlackContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => SlackReplay.Source;
}
