using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Notion;

/// <summary>The contract where rules say what is mirrored.</summary>
public sealed class NotionRulesContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => NotionReplay.WithoutGaps;

    private protected override string Run => "rules";
}
