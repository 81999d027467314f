using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleCloudStorage;

public sealed class GoogleCloudStorageContractTests : ReplayContractTests
{
    /// <summary>The recorded source fetched one of the three contents.</summary>
    private protected override ReplaySource Source { get; } =
        GoogleCloudStorageReplay.With(request =>
            request.Query.Any(parameter => parameter is { Key: "alt", Value: "media" })
                ? new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), "object\n"u8.ToArray())
                : null
        );

    private protected override IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. base.IdsOf(recording).Select(GoogleCloudStorageReplay.IdOf)];
}
