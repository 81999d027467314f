using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Zoom;

public sealed class ZoomContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => ZoomReplay.Source;

    /// <summary>Recorded ids of meetings are numbers.</summary>
    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. recording.Documents(Run).Select(document => document["_id"]!.ToString()).Distinct(StringComparer.Ordinal)];
}
