using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>What the replay has to know of a source.</summary>
/// <param name="Name">The folder of its recording.</param>
/// <param name="Create">Makes it.</param>
internal sealed record ReplaySource(string Name, Func<SourceContext, IDataSource> Create)
{
    /// <summary>
    /// Answers what the recording can't: a request that differs on purpose, a part of a batch. Asked before the recording;
    /// <see langword="null"/> to leave it to that. The
    /// function looks up the answer to another request.
    /// </summary>
    public Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> Answer { get; init; } = (_, _) => null;

    /// <summary>Makes equal what means the same; applied to requests and to the recording.</summary>
    public Func<ReplayRequest, ReplayRequest> Normalize { get; init; } = request => request;

    /// <summary>Headers that tell requests apart. Each is a parameter of the request's query, under its name in lower case.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Takes a recorded exchange apart, when it is one of several in one; <see langword="null"/> to leave it whole.</summary>
    public Func<JsonObject, JsonObject, IEnumerable<(ReplayRequest Request, JsonObject Response)>?> Parts { get; init; } = (_, _) => null;

    /// <summary>Values in the place of the recording's placeholders: a private key, say.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Values that are others each time a source is opened.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Fresh { get; init; }

    /// <summary>The same with answers of a test's own, which go before all others; <see langword="null"/> leaves a request to those.</summary>
    public ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        this with
        {
            Answer = (request, find) => answer(request) ?? Answer(request, find),
        };
}
