using System.Reflection;
using Connectors.Functions.Hosting;
using Connectors.Sources;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Conventions;

/// <summary>Operators filter the log by the numbers of its messages.</summary>
public sealed class LogEventTests
{
    [Fact]
    public void EachMessageHasANumberOfItsOwn()
    {
        var messages = new[] { typeof(SyncTelemetry).Assembly, typeof(BuiltInSources).Assembly, typeof(ConnectorApp).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method =>
                (Name: $"{method.DeclaringType!.Name}.{method.Name}", Number: method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            )
            .Where(message => message.Number is not null)
            .ToList();

        Assert.True(messages.Count > 50, $"only {messages.Count} messages were found");
        Assert.Empty(
            messages
                .GroupBy(message => message.Number)
                .Where(same => same.Count() > 1)
                .Select(same => $"{same.Key}: {string.Join(", ", same.Select(message => message.Name))}")
        );
    }
}
