using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Dropbox;

public sealed class DropboxContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => DropboxReplay.Source;
}
