using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Notion;

public sealed class NotionContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => NotionReplay.WithoutGaps;
}
