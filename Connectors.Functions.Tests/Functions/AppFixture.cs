using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sources;
using Connectors.Sync.Configuration;
using Connectors.Sync.Engine;
using Connectors.Sync.Sources;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Service;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>The whole function app in the local host, with a clock that the test moves. What it stands on is up to the classes derived from
/// it; its source is called <c>memory</c>.</summary>
internal abstract class AppFixture : IAsyncDisposable, ISourceFactory
{
    private readonly TemporaryFolder _folder = new();
    private readonly HostFixture _host;

    protected AppFixture() =>
        _host = new HostFixture(typeof(SyncJob).Assembly.GetExportedTypes())
        {
            With = options => With(options with { RunsTimers = false }),
            Configure = Configure,
        };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Func<LocalFunctionHostOptions, LocalFunctionHostOptions> With { get; init; } = options => options;

    /// <summary>The clock of durable timers.</summary>
    public FakeTimeProvider Clock => _host.Time;

    public LocalFunctionHost Host => _host.Host;

    public AppServices Services => Host.Services.GetRequiredService<ConnectorApp>().Services;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>What syncs keep on this machine.</summary>
    public string StateFolder => Path.Combine(_folder.Path, "state");

    /// <summary>A name that no other fixture has.</summary>
    protected string Name => Path.GetFileName(_folder.Path);

    /// <summary>Starts the app; again after its end.</summary>
    public async Task StartAgainAsync()
    {
        await _host.RestartAsync();
        Http?.Dispose();
        Http = new HttpClient { BaseAddress = new Uri(Host.Uri, "api/") };
    }

    /// <summary>Asks for a sync over HTTP and gives its id.</summary>
    public async Task<string> StartSyncAsync(string connectorId = "c1", string body = "{}")
    {
        using var answer = await PostAsync($"connectors/{connectorId}/syncs", body);
        var json = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, json);
        return JsonNode.Parse(json)!["id"]!.GetValue<string>();
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body = "") =>
        Http.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Token);

    public async Task<JsonObject> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonObject>(path, Token))!;

    /// <summary>Lets time pass until the orchestration of a job has ended.</summary>
    public async Task<OrchestrationMetadata> EndOfAsync(string jobId)
    {
        for (var step = 0; step < 2_000; step++)
        {
            await Host.WhenQuietAsync(Token);
            if (
                await Host.Client.GetInstanceAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: true, Token) is
                { IsCompleted: true } instance
            )
            {
                return instance;
            }

            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        throw new TimeoutException($"The orchestration of '{jobId}' does not end.");
    }

    /// <summary>Fires a timer function and lets it run.</summary>
    public async Task FireAsync(string timer)
    {
        Assert.True(Host.FireTimer(timer));
        await Host.WhenQuietAsync(Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Http?.Dispose();
        _folder.Dispose();
    }

    SourceDescription ISourceFactory.Describe(string serviceType) =>
        serviceType == "memory" ? Describe() : throw new ConnectorException($"There is no source for the service type \"{serviceType}\".");

    IDataSource ISourceFactory.Create(string serviceType, JsonObject? configuration) => SourceOf(configuration);

    /// <summary>What the app is made of.</summary>
    protected abstract AppParts Parts();

    /// <summary>The source of a connector.</summary>
    protected abstract IDataSource SourceOf(JsonObject? configuration);

    protected virtual SourceDescription Describe() =>
        new()
        {
            Name = "Memory",
            ServiceType = "memory",
            Fields = FakeSources.Description.Fields,
        };

    protected static ServiceConfiguration ConfigurationOf(SyncEngineOptions engine, int maxConcurrentSyncs) =>
        new()
        {
            Sources = BuiltInSources.Classes,
            NativeServiceTypes = ["memory"],
            Service = new ServiceOptions { MaxConcurrentContentSyncs = maxConcurrentSyncs },
            Engine = engine,
        };

    private void Configure(IHostApplicationBuilder builder)
    {
        builder.Configuration["ConnectorsPollSchedule"] = "*/30 * * * * *";
        builder.Configuration["ConnectorsCleanUpSchedule"] = "0 */5 * * * *";
        builder.Services.AddConnectors(new AppSettings { Variables = new Dictionary<string, string>() });
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(_ => new ConnectorApp(new AppServices(Parts())));
    }
}
