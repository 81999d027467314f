using System.Text.Json.Nodes;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Box;

public sealed class BoxContractTests : ReplayContractTests
{
    /// <summary>Tokens end at once, so that each source asks for its own: else only the first could be refused one.</summary>
    private protected override ReplaySource Source { get; } =
        BoxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/oauth2/token"
                    ? ReplayAnswer.Json(
                        new JsonObject
                        {
                            ["access_token"] = "fake",
                            ["expires_in"] = 60,
                            ["refresh_token"] = "fake2",
                        }
                    )
                    : null
        );
}
