using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

public sealed class GoogleDriveContractTests : ReplayContractTests
{
    /// <summary>The recorded source fetched five of the six contents.</summary>
    private protected override ReplaySource Source { get; } =
        GoogleDriveReplay.With(request =>
            GoogleDriveReplay.Parameter(request, "alt") == "media"
                ? new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), "drive\n"u8.ToArray())
                : null
        );
}
