using System.Collections.Concurrent;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Support;

/// <summary>The calls that an emulator gets, with the credentials that they bring. Safe for concurrent use.</summary>
internal sealed class SeenCalls
{
    private readonly ConcurrentQueue<(string Call, string Authorization, string ProductOrigin)> _calls = [];

    public SeenCalls(EmulatorServer server) =>
        server.Requests.Arrived = request =>
            _calls.Enqueue(($"{request.Method} {request.Path}", request.Authorization, request.ProductOrigin));

    public int Count => _calls.Count;

    /// <summary>The credentials of the calls of the content index: those that name it, and the searches and points in time over
    /// it.</summary>
    public IReadOnlyCollection<string> KeysOf(string index) =>
        [
            .. _calls
                .Where(call => call.Call.Contains($"/{index}", StringComparison.Ordinal) || call.Call is "POST /_search" or "DELETE /_pit")
                .Select(call => call.Authorization)
                .Distinct(),
        ];

    /// <summary>The credentials of the calls of the protocol's indices and of the Connector API.</summary>
    public IReadOnlyCollection<string> KeysOfProtocol() =>
        [
            .. _calls
                .Where(call =>
                    call.Call.Contains("/.elastic-connectors", StringComparison.Ordinal)
                    || call.Call.Contains("/_connector", StringComparison.Ordinal)
                )
                .Select(call => call.Authorization)
                .Distinct(),
        ];

    /// <summary>Each call said that a connector service is at work.</summary>
    public void AllNameTheirProduct() => Assert.All(_calls, call => Assert.True(call.ProductOrigin == "connectors", call.Call));
}
