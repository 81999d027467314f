using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.Published.FunctionsHost;

/// <summary>The side of the Functions host that a worker talks to: a gRPC service for one worker, on a free port of 127.0.0.1.</summary>
internal sealed class FakeFunctionsHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly WebApplication _app;
    private readonly Channel<IMessage> _toWorker = Channel.CreateUnbounded<IMessage>();
    private readonly TaskCompletionSource<JsonObject> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _asked = [];
    private readonly ConcurrentQueue<string> _logs = [];
    private int _requests;

    private FakeFunctionsHost()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<IServiceMethodProvider<FunctionRpc>, FunctionRpc.Methods>();
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<FunctionRpc>();
    }

    /// <summary>Where the worker finds it.</summary>
    public Uri Uri => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What the worker logged through the host.</summary>
    public string Logs => string.Join('\n', _logs);

    public static async Task<FakeFunctionsHost> StartAsync(CancellationToken cancellationToken)
    {
        var host = new FakeFunctionsHost();
        await host._app.StartAsync(cancellationToken);
        return host;
    }

    /// <summary>Waits for the first message of a worker.</summary>
    public Task<JsonObject> WorkerStartsAsync(CancellationToken cancellationToken) =>
        _started.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);

    /// <summary>Sends a message and waits for the answer to it.</summary>
    /// <param name="name">The message's name in the protocol, in camel case: <c>workerInitRequest</c>.</param>
    /// <param name="content">The message.</param>
    /// <param name="answer">The name of the answer.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<JsonObject> AskAsync(string name, JsonObject content, string answer, CancellationToken cancellationToken)
    {
        var requestId = $"request-{Interlocked.Increment(ref _requests)}";
        var answered = _asked[requestId] = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _toWorker.Writer.WriteAsync(
            WorkerMessages.Parse(new JsonObject { ["requestId"] = requestId, [name] = content }),
            cancellationToken
        );
        var message = await answered.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        return message[answer]?.AsObject()
            ?? throw new InvalidOperationException($"The worker answered {name} with {message.ToJsonString()}");
    }

    /// <summary>Sends a message that has no answer.</summary>
    public void Tell(string name, JsonObject content) =>
        _toWorker.Writer.TryWrite(WorkerMessages.Parse(new JsonObject { [name] = content }));

    public async ValueTask DisposeAsync()
    {
        _toWorker.Writer.TryComplete();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(
        IAsyncStreamReader<IMessage> fromWorker,
        IServerStreamWriter<IMessage> toWorker,
        CancellationToken cancellationToken
    )
    {
        var sending = SendAsync(toWorker, cancellationToken);
        try
        {
            await foreach (var message in fromWorker.ReadAllAsync(cancellationToken))
            {
                Take(WorkerMessages.Format(message));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The worker is gone.
        }

        _toWorker.Writer.TryComplete();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync(IServerStreamWriter<IMessage> toWorker, CancellationToken cancellationToken)
    {
        await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
        {
            await toWorker.WriteAsync(message, cancellationToken);
        }
    }

    private void Take(JsonObject message)
    {
        if (message["startStream"] is JsonObject start)
        {
            _started.TrySetResult(start);
        }
        else if (message["rpcLog"] is { } log)
        {
            _logs.Enqueue(log.ToJsonString());
        }
        else if (_asked.TryRemove(message["requestId"]?.GetValue<string>() ?? string.Empty, out var answered))
        {
            answered.SetResult(message);
        }
    }

    /// <summary>The gRPC service: its messages are known when the program runs, not when it is compiled.</summary>
    private sealed class FunctionRpc(FakeFunctionsHost host)
    {
        public sealed class Methods : IServiceMethodProvider<FunctionRpc>
        {
            public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FunctionRpc> context) =>
                context.AddDuplexStreamingMethod(WorkerMessages.EventStream, [], (service, fromWorker, toWorker, call) =>
                    service.Host.ServeAsync(fromWorker, toWorker, call.CancellationToken)
                );
        }

        private FakeFunctionsHost Host => host;
    }
}
