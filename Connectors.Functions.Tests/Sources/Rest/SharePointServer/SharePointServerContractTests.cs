using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

public sealed class SharePointServerContractTests : ReplayContractTests
{
    /// <summary>The recorded source did not fetch the picture.</summary>
    private protected override ReplaySource Source { get; } =
        SharePointServerReplay.Source.With(request =>
            request.Url.AbsolutePath.EndsWith("pic.jpg')/$value", StringComparison.Ordinal) ? SharePointServerReplay.Bytes("on-prem") : null
        );
}
