using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Connectors.Tests.Functions.Engines;

/// <summary>The app's own orchestrators and activities on Durable Task's engine, as Microsoft ships it for tests: in memory, in real
/// time.</summary>
internal sealed class OfficialEngine : IAsyncDisposable
{
    private readonly IHost _host;

    private OfficialEngine(IHost host) => _host = host;

    public DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Starts it over the services of an app.</summary>
    public static async Task<OfficialEngine> StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var converter = new FunctionsDataConverter(services.GetRequiredService<IOptions<JsonSerializerOptions>>().Value);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<DurableTaskWorkerOptions>(worker => worker.DataConverter = converter);
        builder.Services.Configure<DurableTaskClientOptions>(client => client.DataConverter = converter);
        builder.Services.AddInMemoryDurableTask(
            registry => Register(registry, services),
            new InMemoryDurableTaskOptions { Port = FreePort() }
        );
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new OfficialEngine(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static void Register(DurableTaskRegistry registry, IServiceProvider services)
    {
        registry.AddOrchestrator(nameof(SyncJob), () => new SyncJobOrchestrator());
        registry.AddOrchestrator(nameof(SyncPartition), () => new SyncPartitionOrchestrator());
        var catalog = FunctionCatalog.Of(typeof(SyncJob).Assembly.GetExportedTypes());
        foreach (var function in catalog.All.Where(function => function.Trigger is ActivityTriggerAttribute))
        {
            registry.AddActivity(function.Name, new Activity(function, services));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class SyncJobOrchestrator : TaskOrchestrator<SyncJobState, SyncSummary?>
    {
        public override Task<SyncSummary?> RunAsync(TaskOrchestrationContext context, SyncJobState input) => SyncJob.RunAsync(context);
    }

    private sealed class SyncPartitionOrchestrator : TaskOrchestrator<SyncPartitionInput, StepResult<PartitionState>>
    {
        public override Task<StepResult<PartitionState>> RunAsync(TaskOrchestrationContext context, SyncPartitionInput input) =>
            SyncPartition.RunAsync(context);
    }

    private sealed class Activity(LocalFunction function, IServiceProvider services) : ITaskActivity
    {
        private readonly FunctionInvoker _invoker = new(() => throw new InvalidOperationException("Activities have no Durable client."));

        public Type InputType => function.TriggerParameter.ParameterType;

        public Type OutputType => function.Method.ReturnType.GenericTypeArguments[0];

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            await using var scope = services.CreateAsyncScope();
            return await _invoker.InvokeAsync(function, scope.ServiceProvider, _ => input, CancellationToken.None);
        }
    }
}
