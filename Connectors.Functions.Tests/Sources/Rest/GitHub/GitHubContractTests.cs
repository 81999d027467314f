using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GitHub;

public sealed class GitHubContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => GitHubReplay.Source;
}
