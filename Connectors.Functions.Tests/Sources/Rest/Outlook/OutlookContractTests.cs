using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Outlook;

public sealed class OutlookContractTests : ReplayContractTests
{
    private protected override ReplaySource Source { get; } = OutlookReplay.With(_ => null);

    /// <summary>Beside the recorded ones, mails in other folders; lists of contacts are not there.</summary>
    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [
            .. OutlookReplay.Documents(recording, Run).Select(document => (string)document["_id"]!).Where(id => id != "list/1"),
            "mail/5",
            "mail/6",
        ];
}
