using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Connectors.Tests.Published.FunctionsHost;

/// <summary>What the Functions host does with a worker: initialises it, asks it for its functions, loads them, invokes them.</summary>
/// <param name="host">The host that the worker was told about.</param>
/// <param name="folder">The published app.</param>
internal sealed class WorkerSession(FakeFunctionsHost host, string folder) : IDisposable
{
    private const string WorkerId = "worker-1";
    private readonly HttpClient _http = new();

    /// <summary>The functions as the worker describes them, by name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Functions { get; private set; } = new Dictionary<string, JsonObject>();

    /// <summary>The arguments with which <c>dotnet</c> runs the worker.</summary>
    public static IEnumerable<string> Arguments(FakeFunctionsHost host, string folder) =>
        [
            Path.Combine(folder, "Connectors.Functions.dll"),
            "--host",
            host.Uri.Host,
            "--port",
            $"{host.Uri.Port}",
            "--workerId",
            WorkerId,
            "--requestId",
            "start",
            "--grpcMaxMessageLength",
            $"{int.MaxValue}",
            "--functions-uri",
            host.Uri.ToString(),
            "--functions-worker-id",
            WorkerId,
            "--functions-request-id",
            "start",
            "--functions-grpc-max-message-length",
            $"{int.MaxValue}",
        ];

    /// <summary>The variables that the host sets for the worker, beside the app settings.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables(string folder) =>
        [new("FUNCTIONS_APPLICATION_DIRECTORY", folder), new("FUNCTIONS_WORKER_DIRECTORY", folder)];

    private Uri? Server { get; set; }

    /// <summary>Waits for the worker and does all that has to be done before a function can be invoked.</summary>
    /// <exception cref="InvalidOperationException">The worker answered that something failed.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var start = await host.WorkerStartsAsync(cancellationToken);
        if (start["workerId"]?.GetValue<string>() != WorkerId)
        {
            throw new InvalidOperationException($"Another worker came: {start.ToJsonString()}");
        }

        var initialised = await AskAsync(
            "workerInitRequest",
            new JsonObject
            {
                ["hostVersion"] = "4.1043.0",
                ["workerDirectory"] = folder,
                ["functionAppDirectory"] = folder,
            },
            "workerInitResponse",
            cancellationToken
        );
        Server = new Uri(initialised["capabilities"]!["HttpUri"]!.GetValue<string>());

        var indexed = await AskAsync(
            "functionsMetadataRequest",
            new JsonObject { ["functionAppDirectory"] = folder },
            "functionMetadataResponse",
            cancellationToken
        );
        Functions = indexed["functionMetadataResults"]!
            .AsArray()
            .ToDictionary(function => function!["name"]!.GetValue<string>(), function => function!.AsObject());
        foreach (var function in Functions.Values)
        {
            var load = new JsonObject { ["functionId"] = function["functionId"]!.DeepClone(), ["metadata"] = function.DeepClone() };
            await AskAsync("functionLoadRequest", load, "functionLoadResponse", cancellationToken);
        }
    }

    /// <summary>Sends a GET request to an HTTP function: the invocation over gRPC, the request itself to the worker's own server.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="path">The path of the request.</param>
    /// <param name="route">The parameters of the function's route, which the host has taken from the path.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<HttpResponseMessage> RequestAsync(
        string function,
        string path,
        IReadOnlyDictionary<string, string> route,
        CancellationToken cancellationToken
    )
    {
        await ListensAsync(cancellationToken);
        var address = new Uri(Server!, path);
        var invocation = Guid.NewGuid().ToString();
        var answering = SendAsync(address, invocation, cancellationToken);
        var input = new JsonObject
        {
            ["http"] = new JsonObject { ["method"] = "GET", ["url"] = address.ToString() },
        };
        try
        {
            await InvokeAsync(function, invocation, [("request", input)], route, cancellationToken);
        }
        catch (InvalidOperationException failure)
        {
            // The worker waits for the request itself: what became of that tells more.
            var answer = answering.IsCompletedSuccessfully ? $"{await answering}" : $"{answering.Exception?.InnerException?.Message}";
            throw new InvalidOperationException($"{failure.Message}\nThe request to {address} got: {answer}", failure);
        }

        return await answering;
    }

    /// <summary>Runs a timer function that has a Durable client.</summary>
    public Task FireAsync(string function, CancellationToken cancellationToken) =>
        InvokeAsync(
            function,
            Guid.NewGuid().ToString(),
            [
                ("timer", new JsonObject { ["json"] = """{"Schedule":{},"ScheduleStatus":null,"IsPastDue":false}""" }),
                (
                    "client",
                    new JsonObject
                    {
                        ["string"] = $$"""{"rpcBaseUrl":"{{host.Uri}}","taskHubName":"Connectors","connectionName":"Storage"}""",
                    }
                ),
            ],
            new Dictionary<string, string>(),
            cancellationToken
        );

    /// <summary>Asks the worker to end, as the host does when it is scaled in.</summary>
    public void Terminate() => host.Tell("workerTerminate", new JsonObject { ["gracePeriod"] = "10s" });

    public void Dispose() => _http.Dispose();

    /// <summary>Waits until the worker's server listens, which may be after its functions are loaded. An invocation waits no longer than
    /// 15 seconds for its request, so on a busy machine it must not begin before.</summary>
    private async Task ListensAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(Server!.Host, Server.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, string invocation, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("x-ms-invocation-id", invocation);
        return await _http.SendAsync(request, cancellationToken);
    }

    private Task<JsonObject> InvokeAsync(
        string function,
        string invocation,
        (string Name, JsonObject Data)[] inputs,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "invocationRequest",
            new JsonObject
            {
                ["invocationId"] = invocation,
                ["functionId"] = Functions[function]["functionId"]!.DeepClone(),
                ["traceContext"] = new JsonObject { ["traceParent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
                ["retryContext"] = new JsonObject(),
                ["inputData"] = new JsonArray([.. inputs.Select(input => new JsonObject { ["name"] = input.Name, ["data"] = input.Data })]),
                ["triggerMetadata"] = new JsonObject(
                    metadata.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)new JsonObject { ["string"] = item.Value }))
                ),
            },
            "invocationResponse",
            cancellationToken
        );

    private async Task<JsonObject> AskAsync(string name, JsonObject content, string answer, CancellationToken cancellationToken)
    {
        var response = await host.AskAsync(name, content, answer, cancellationToken);
        return response["result"]?["status"]?.GetValue<string>() == "Success"
            ? response
            : throw new InvalidOperationException($"The worker answered {name} with {response.ToJsonString()}\n{host.Logs}");
    }
}
