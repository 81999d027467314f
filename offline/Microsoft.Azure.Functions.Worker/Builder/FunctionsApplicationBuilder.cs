using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>An ordinary host with the app's services in it. It can be built, but not run: there is no worker in it.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private bool _isBuilt;

    internal FunctionsApplicationBuilder(string[] args)
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables("AZURE_FUNCTIONS_");
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, Configuration = configuration });

        // As in the original: the Functions host writes what a worker logs to the console.
        foreach (var console in Services.Where(one => one.ServiceType == typeof(ILoggerProvider) && one.ImplementationType == typeof(ConsoleLoggerProvider)).ToList())
        {
            Services.Remove(console);
        }
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_host).Properties;

    public ConfigurationManager Configuration => _host.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public ILoggingBuilder Logging => _host.Logging;

    public IMetricsBuilder Metrics => _host.Metrics;

    public IServiceCollection Services => _host.Services;

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => _host.ConfigureContainer(factory, configure);

    public IHost Build()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The application has already been built.");
        }

        // First in the list, so that nothing of the app has started when it refuses.
        _isBuilt = true;
        Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, MissingWorker>());
        return _host.Build();
    }

    private sealed class MissingWorker : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(
            "This app is built with a stand-in for the Functions worker, which can't run functions: run them with `dotnet run build.cs -- functions`, or build with the official packages (docs/offline.md).");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
