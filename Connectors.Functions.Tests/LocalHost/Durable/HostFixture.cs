using Connectors.LocalHost.Hosting;
using Connectors.Tests.Support;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>A local host with a folder and a clock of its own, which can be killed and started again.</summary>
internal sealed class HostFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With();
    private readonly Type[] _functions;
    private LocalFunctionHost? _host;

    public HostFixture(params Type[] functions) => _functions = functions;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    /// <summary>What the functions wrote; they get it as a service.</summary>
    public Diary Diary { get; } = new();

    public LocalFunctionHost Host => _host!;

    public DurableTaskClient Client => Host.Client;

    public string Folder => _folder.Path;

    public Func<LocalFunctionHostOptions, LocalFunctionHostOptions> With { get; init; } = options => options;

    public Action<IHostApplicationBuilder> Configure { get; init; } = _ => { };

    public static Task<HostFixture> StartAsync(params Type[] functions) => new HostFixture(functions).StartedAsync();

    public static Task<HostFixture> StartAsync(Func<LocalFunctionHostOptions, LocalFunctionHostOptions> with, params Type[] functions) =>
        new HostFixture(functions) { With = with }.StartedAsync();

    public static Task<HostFixture> StartAsync(Action<IHostApplicationBuilder> configure, params Type[] functions) =>
        new HostFixture(functions) { Configure = configure }.StartedAsync();

    /// <summary>Starts a host in the folder of the one before, with other functions if there are any.</summary>
    public async Task RestartAsync(params Type[] instead)
    {
        var options = new LocalFunctionHostOptions
        {
            Functions = instead.Length > 0 ? instead : _functions,
            StorageFolder = Folder,
            TimeProvider = Time,
            Configure = builder =>
            {
                builder.Services.AddSingleton(Diary);
                builder.Services.AddSingleton(new TimeProviderOfTests(Time));
                Configure(builder);
            },
        };
        _host = await LocalFunctionHost.StartAsync(With(options), Token);
    }

    /// <summary>Starts an orchestration, waits for its end, and gives its output.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, Token);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Token);
    }

    public Task<OrchestrationMetadata> EndOfAsync(string instanceId) =>
        Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, Token);

    public Task QuietAsync() => Host.WhenQuietAsync(Token);

    /// <summary>Lets the clock go on, and waits for what comes of it.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await QuietAsync();
        Time.Advance(time);
        await QuietAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Diary.OpenAll();
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private async Task<HostFixture> StartedAsync()
    {
        await RestartAsync();
        return this;
    }
}
