using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.SharePointOnline;

public sealed class SharePointContractTests : ReplayContractTests
{
    /// <summary>The recorded source fetched three of the files; those that it did not have the size that is said.</summary>
    private protected override ReplaySource Source { get; } =
        SharePointReplay.With(request =>
            !request.Url.AbsolutePath.EndsWith("/content", StringComparison.Ordinal) ? null
            : SizeOf(request.Url.AbsolutePath.Split('/')[^2]) is { } size ? MicrosoftReplay.Bytes(new byte[size])
            : null
        );

    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. SharePointReplay.Documents(recording, Run).Select(document => (string)document["_id"]!)];

    private static int? SizeOf(string id) =>
        id[^2..] switch
        {
            "05" => 900,
            "08" => 20_000_000,
            "09" => 12,
            _ => null,
        };
}
