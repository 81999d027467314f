using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Slack;

/// <summary>The contract where channels are joined.</summary>
public sealed class SlackJoinContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => SlackReplay.Source;

    private protected override string Run => "auto-join";
}
