using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Published.FunctionsHost;

/// <summary>The published function app as a process, started as the Functions host starts it, with all of its functions loaded.</summary>
internal sealed class PublishedWorker : IAsyncDisposable
{
    private readonly FakeFunctionsHost _host;
    private readonly WorkerProcess _process;

    private PublishedWorker(FakeFunctionsHost host, string folder, string dotnet, IEnumerable<KeyValuePair<string, string>> settings)
    {
        (_host, Session) = (host, new WorkerSession(host, folder));
        _process = new WorkerProcess(dotnet, WorkerSession.Arguments(host, folder), settings.Concat(WorkerSession.Variables(folder)));
    }

    public WorkerSession Session { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it with these app settings.</summary>
    public static async Task<PublishedWorker> StartAsync(string folder, string dotnet, IReadOnlyDictionary<string, string> settings)
    {
        var worker = new PublishedWorker(await FakeFunctionsHost.StartAsync(Token), folder, dotnet, settings);
        try
        {
            // What a worker that has ended would answer need not be waited for.
            var loading = worker.Session.LoadAsync(Token);
            Assert.True(
                await Task.WhenAny(loading, worker._process.ExitAsync(Token)) == loading,
                $"The worker ended.\n{worker._process.Output}"
            );
            await loading;
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> TerminateAsync()
    {
        Session.Terminate();
        return _process.ExitAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        await _process.DisposeAsync();
        await _host.DisposeAsync();
    }

    private sealed class WorkerProcess(string dotnet, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
        : ChildProcess(dotnet, arguments, environment);
}
