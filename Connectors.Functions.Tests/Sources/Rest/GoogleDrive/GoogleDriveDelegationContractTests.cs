using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

public sealed class GoogleDriveDelegationContractTests : ReplayContractTests
{
    private protected override string Run => "delegation";

    /// <summary>Contents were recorded in the first run only.</summary>
    private protected override ReplaySource Source { get; } =
        GoogleDriveReplay.With(request =>
            GoogleDriveReplay.Parameter(request, "alt") == "media" || request.Url.AbsolutePath.EndsWith("/export", StringComparison.Ordinal)
                ? new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), "drive\n"u8.ToArray())
                : null
        );
}
