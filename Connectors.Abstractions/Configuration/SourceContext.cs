using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Abstractions;

/// <summary>What a source is given when it is made.</summary>
public sealed record SourceContext
{
    /// <summary>A context without settings, for asking a source for its description.</summary>
    public static SourceContext Empty { get; } = new() { Settings = SourceSettings.Empty };

    /// <summary>The connector's configuration values.</summary>
    public required SourceSettings Settings { get; init; }

    /// <summary>The advanced sync rules in force, or <see langword="null"/>. Only a source that can check them
    /// (<see cref="SourceDescription.CheckAdvancedRules"/>) is given any.</summary>
    public JsonNode? AdvancedRules { get; init; }

    /// <summary>Where the source's messages go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where a value is kept that the service replaces; <see langword="null"/> when it is kept nowhere.</summary>
    internal ISettingStore? Store { get; init; }

    /// <summary>What hosts may be asked, by all sources that share this.</summary>
    internal HostBudgets Hosts { get; init; } = new();

    /// <summary>Until when requests of the source wait.</summary>
    internal RequestWaits Waits { get; init; } = new();

    /// <summary>Makes what sends HTTP requests in the place of the guarded handler; <see langword="null"/> but for tests.</summary>
    internal Func<HttpMessageHandler>? HttpHandler { get; init; }
}
