using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Gmail;

public sealed class GmailContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => GmailReplay.Source;

    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. base.IdsOf(recording).Select(GmailReplay.IdOf)];
}
