using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.OneDrive;

public sealed class OneDriveContractTests : ReplayContractTests
{
    /// <summary>The recorded source fetched four of the six files; the largest is as small as the others here.</summary>
    private protected override ReplaySource Source { get; } =
        OneDriveReplay.With(
            request => request.Url.Host == "files.example.org" ? MicrosoftReplay.Bytes("contents!\n"u8.ToArray()) : null,
            [KeyValuePair.Create("99999999", "10")]
        );
}
