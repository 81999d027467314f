using Connectors.Tests.Sync.Sources.Rest.Replay;

namespace Connectors.Tests.Sync.Sources.Rest.GitHub;

public sealed class GitHubContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => GitHubReplay.Source;
}
