using Connectors.LocalHost.Durable.Activities;
using Microsoft.Extensions.Hosting;

namespace Connectors.LocalHost.Hosting;

/// <summary>What a <see cref="LocalFunctionHost"/> runs, and how.</summary>
public sealed record LocalFunctionHostOptions
{
    /// <summary>The classes of the app; usually <c>typeof(SomeFunction).Assembly.GetExportedTypes()</c>.</summary>
    public required IReadOnlyList<Type> Functions { get; init; }

    /// <summary>Where histories are kept. Made when missing; only one host uses it at a time.</summary>
    public required string StorageFolder { get; init; }

    /// <summary>Adds the app's services, settings and logging. Without it there are none but the host's own; environment variables are
    /// settings.</summary>
    public Action<IHostApplicationBuilder>? Configure { get; init; }

    /// <summary>The port on 127.0.0.1; 0, the default, takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of schedules and durable timers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Whether timer functions run by their schedules. They can be fired by hand all the same.</summary>
    public bool RunsTimers { get; init; } = true;

    /// <summary>How many activities run at the same time. Default 10, as on the real host with one core.</summary>
    public int MaxConcurrentActivities { get; init; } = 10;

    /// <summary>How often an activity runs for one call.</summary>
    public ActivityDelivery Delivery { get; init; }

    /// <summary>Decides in which order the results of concurrent activities are delivered, once all of them have ended. Null, the default,
    /// delivers each as it comes.</summary>
    public Random? ShuffleResults { get; init; }
}
