using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GitLab;

public sealed class GitLabContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => GitLabReplay.WithoutGaps;

    /// <summary>The recorded source did not ask for the second page of a folder, which holds a read-me file.</summary>
    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. base.IdsOf(recording), GitLabReplay.FileOfSecondPage];
}
