using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>Answers a source from a recording as <see cref="ReplayServer"/> does, without a network: for tests of many requests.</summary>
/// <param name="source">What is replayed.</param>
/// <param name="run">The run.</param>
internal sealed class InProcessReplay(ReplaySource source, string run)
{
    private readonly Recording _recording = new(source, run);
    private readonly ConcurrentQueue<string> _unknown = new();
    private int _requests;

    /// <summary>Requests so far.</summary>
    public int Requests => _requests;

    /// <summary>Requests that nobody knows.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    /// <summary>A source that is configured as in the run, but for some fields.</summary>
    public IDataSource Open(JsonObject? changes = null)
    {
        var values = ReplayServer.ValuesOf(source, _recording);
        foreach (var (name, value) in changes ?? [])
        {
            values[name] = value?.DeepClone();
        }

        var settings = SomeSettings.Of(values, source.Create(SourceContext.Empty).Description.Fields);
        return source.Create(
            settings with
            {
                AdvancedRules = _recording.Rules,
                TimeProvider = new ReplayTime(),
                HttpHandler = () => new Handler(this),
            }
        );
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        var text = message.Content is null ? string.Empty : await message.Content.ReadAsStringAsync(cancellationToken);
        var body =
            text.Length == 0 ? null
            : message.Content!.Headers.ContentType?.MediaType == "application/x-www-form-urlencoded" ? Recording.FormOf(text)
            : JsonNode.Parse(text);
        var request = new ReplayRequest(message.Method.Method, message.RequestUri!, body).WithHeaders(
            source.Headers.Select(name =>
                KeyValuePair.Create(name, message.Headers.TryGetValues(name, out var values) ? values.First() : null)
            )
        );
        var answer = source.Answer(request, Find) ?? Find(request);
        if (answer is null)
        {
            _unknown.Enqueue(source.Normalize(request).Key);
        }

        var response = new HttpResponseMessage((HttpStatusCode)(answer?.Status ?? 418))
        {
            Content = new ByteArrayContent(answer?.Body ?? []),
        };
        foreach (var (name, value) in answer?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }

    private ReplayAnswer? Find(ReplayRequest request) => _recording.Find(source.Normalize(request).Key);

    private sealed class Handler(InProcessReplay replay) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            replay.AnswerAsync(request, cancellationToken);
    }
}
