using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.HttpJson;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// Answers a source from a recording, by method, host, path, query and body. All hosts lead here. A request that the recording does not
/// know is answered with 418 and
/// listed in <see cref="Unknown"/>.
/// </summary>
internal sealed class ReplayServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _unknown = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ReplaySource _source;
    private JsonServer _server = null!;
    private int _calls;

    private ReplayServer(ReplaySource source, string run) => (_source, Recording) = (source, new Recording(source, run));

    /// <summary>What is replayed.</summary>
    public Recording Recording { get; }

    /// <summary>Counts and breaks calls, for the contract suite.</summary>
    public BackendCalls Calls { get; init; } = new();

    /// <summary>The call, from 0, that fails in the place of its answer; none by default.</summary>
    public (int Call, ReplayFault Fault)? Fault { get; set; }

    /// <summary>Calls so far.</summary>
    public int Count => _calls;

    /// <summary>Requests that the recording does not know.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    /// <summary>All requests, in order.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>The clock of its sources.</summary>
    public ReplayTime Time { get; } = new();

    /// <summary>Values of the fields, with secrets that are no placeholders.</summary>
    public JsonObject Values => ValuesOf(_source, Recording);

    /// <summary>The same of a recording that is answered from otherwise.</summary>
    public static JsonObject ValuesOf(ReplaySource source, Recording recording)
    {
        var fresh = source.Fresh?.Invoke();
        return new JsonObject(
            recording.Values.Select(value =>
                KeyValuePair.Create(
                    value.Key,
                    source.Values.TryGetValue(value.Key, out var other) || fresh?.TryGetValue(value.Key, out other) == true
                            ? (JsonNode?)other
                        : value.Value is JsonValue text && text.TryGetValue<string>(out var secret) && secret.StartsWith('<')
                            ? $"se-cr-et-{value.Key}"
                        : value.Value?.DeepClone()
                )
            )
        );
    }

    /// <summary>A server for a run.</summary>
    public static async Task<ReplayServer> StartAsync(
        ReplaySource source,
        string run,
        BackendCalls? calls,
        CancellationToken cancellationToken
    )
    {
        var server = new ReplayServer(source, run) { Calls = calls ?? new BackendCalls() };
        server._server = await JsonServer.StartAsync(server.AnswerAsync, cancellationToken);
        return server;
    }

    /// <summary>Counts calls anew.</summary>
    public void Reset((int Call, ReplayFault Fault)? fault = null) => (_calls, Fault) = (0, fault);

    /// <summary>A source, configured as in the run, or from a context of the contract suite.</summary>
    public IDataSource Open(SourceContext? context = null)
    {
        var fields = _source.Create(SourceContext.Empty).Description.Fields;
        var settings = context ?? SomeSettings.Of(Values, fields) with { AdvancedRules = Recording.Rules };
        return _source.Create(settings with { TimeProvider = Time, Hosts = new HostBudgets(), HttpHandler = CreateHandler });
    }

    /// <summary>A source that is configured as in the run, but for one field.</summary>
    public IDataSource Open(string field, JsonNode? value)
    {
        var values = Values;
        values[field] = value;
        var fields = _source.Create(SourceContext.Empty).Description.Fields;
        return Open(SomeSettings.Of(values, fields) with { AdvancedRules = Recording.Rules });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ReplayHandler CreateHandler() => new(new Uri(_server.Address));

    private async Task AnswerAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _calls) - 1;
        if (!Calls.Enter())
        {
            context.Abort();
            return;
        }

        if (Fault is { } fault && fault.Call == number)
        {
            await fault.Fault.WriteAsync(context);
            return;
        }

        var request = await ReadAsync(context);
        _requests.Enqueue($"{request.Method} {request.Url}");
        var answer = _source.Answer(request, Find) ?? Find(request);
        if (answer is null)
        {
            _unknown.Enqueue(_source.Normalize(request).Key);
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return;
        }

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    private ReplayAnswer? Find(ReplayRequest request) => Recording.Find(_source.Normalize(request).Key);

    private async Task<ReplayRequest> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var body =
            text.Length == 0 ? null
            : context.Request.HasFormContentType ? Recording.FormOf(text)
            : JsonNode.Parse(text);
        return new ReplayRequest(
            context.Request.Method,
            new Uri($"https://{context.Request.Host}{context.Request.GetEncodedPathAndQuery()}"),
            body
        ).WithHeaders(_source.Headers.Select(name => KeyValuePair.Create(name, context.Request.Headers[name].FirstOrDefault())));
    }
}
