using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Jira;

public sealed class JiraContractTests : ReplayContractTests
{
    /// <summary>The recorded server knew one of the two files.</summary>
    private protected override ReplaySource Source { get; } =
        JiraReplay.With(request =>
            request.Url.AbsolutePath == "/rest/api/2/attachment/content/502"
                ? new ReplayAnswer(
                    200,
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "image/png" },
                    new byte[99]
                )
                : null
        );
}
