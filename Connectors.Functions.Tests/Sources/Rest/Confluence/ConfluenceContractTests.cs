using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Confluence;

public sealed class ConfluenceContractTests : ReplayContractTests
{
    /// <summary>The recorded server said that files have 12 bytes, sent 13, and knew one of the two.</summary>
    private protected override ReplaySource Source { get; } =
        ConfluenceReplay.With(request =>
            request.Url.AbsolutePath.Contains("/download/attachments/", StringComparison.Ordinal)
                ? new ReplayAnswer(
                    200,
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "text/plain" },
                    "twelve bytes"u8.ToArray()
                )
                : null
        );

    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. ConfluenceReplay.Documents(recording, Run).Select(document => (string)document["_id"]!).Distinct(StringComparer.Ordinal)];
}
