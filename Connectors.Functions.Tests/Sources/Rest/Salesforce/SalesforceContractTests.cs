using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Salesforce;

public sealed class SalesforceContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => SalesforceReplay.Source;

    /// <summary>The recorded ones, and the file of 20 MB that broke the recorded sync.</summary>
    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. SalesforceReplay.Documents(recording, "first").Select(document => (string)document["_id"]!), "069A2"];
}
