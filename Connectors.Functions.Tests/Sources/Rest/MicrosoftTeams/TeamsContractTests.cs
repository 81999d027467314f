using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.MicrosoftTeams;

public sealed class TeamsContractTests : ReplayContractTests
{
    /// <summary>The recorded files have another size than is said, and one was not fetched.</summary>
    private protected override ReplaySource Source { get; } =
        TeamsReplay.With(request =>
            request.Url.Host != "files.example.org"
                ? null
                : MicrosoftReplay.Bytes(new byte[request.Url.AbsolutePath.EndsWith("/1", StringComparison.Ordinal) ? 12 : 10])
        );
}
