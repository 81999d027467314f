using Connectors.Sources.Rest.GoogleCloudStorage;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleCloudStorage;

/// <summary>How the recording of Google Cloud Storage is replayed.</summary>
internal static class GoogleCloudStorageReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        GoogleReplay.Source(
            "google_cloud_storage",
            context => new GoogleCloudStorageDataSource(context),
            (request, _) => answer(request),
            // The check asks for one item.
            request => request.WithQuery("maxResults", _ => null)
        );

    /// <summary>The id of a document is without the generation, which is the last part of the recorded one.</summary>
    public static string IdOf(string recorded) => recorded[..recorded.LastIndexOf('/')];
}
