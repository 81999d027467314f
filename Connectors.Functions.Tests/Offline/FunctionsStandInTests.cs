using System.Reflection;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Connectors.Tests.Offline;

public sealed class FunctionsStandInTests
{
    [Fact]
    public async Task AnAppBuiltWithTheStandInHasItsServicesAndSaysWhyItCantRun()
    {
        var builder = FunctionsApplication.CreateBuilder(["--poll:interval=60"]).ConfigureFunctionsWebApplication();
        var started = new StartedService();
        builder.Services.AddSingleton<IHostedService>(started);
        using var host = builder.Build();
        Assert.Equal("60", builder.Configuration["poll:interval"]);
        Assert.Contains(started, host.Services.GetServices<IHostedService>());

        if (typeof(FunctionsApplication).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(one => one.Key == "ConnectorsStandIn"))
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains("`dotnet run build.cs -- functions`", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("docs/offline.md", refusal.Message, StringComparison.Ordinal);
            Assert.False(started.IsStarted);
        }
    }

    private sealed class StartedService : IHostedService
    {
        public bool IsStarted { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            IsStarted = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
