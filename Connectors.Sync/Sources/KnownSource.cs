using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>A source of Elastic's own connector service, whose name Kibana offers and connectors may have.</summary>
/// <param name="ServiceType">The name in the protocol.</param>
/// <param name="Name">The name that people know.</param>
internal sealed record KnownSource(string ServiceType, string Name)
{
    /// <summary>The state of a source that reads from the service itself.</summary>
    public const string Here = "here";

    /// <summary>The state of a source that this service does not bring along.</summary>
    public const string NeedsPlugin = "needs a plug-in";

    /// <summary>By what else its documents come, where the source here does not ask the service itself: <c>a mounted folder</c>.</summary>
    public string? Through { get; init; }

    /// <summary>Why it is not here, as the end of "needs a plug-in, ..."; <see langword="null"/> when nobody wrote it yet.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do when it is not here: one sentence.</summary>
    public string Need => $"{Name} needs a plug-in{Because}; docs/writing-a-source.md shows how to write one.";

    /// <summary>What is said to whoever asks for it when it is not here.</summary>
    /// <param name="plugins">Where plug-ins are loaded from.</param>
    public ConnectorException Missing(PluginAssemblies plugins) =>
        plugins.LoadsPlugins
            ? new ConnectorException(
                $"There is no source for the service type \"{ServiceType}\": {Name} needs a plug-in{Because}, and sources in config.yml "
                    + $"names none (plug-ins are loaded from {plugins.Folder}); docs/writing-a-source.md shows how to write one."
            )
            : PluginAssemblies.NotLoaded($"There is no source for the service type \"{ServiceType}\", for {Name} needs a plug-in{Because}");

    private string Because => Reason is null ? "" : $", {Reason}";

    /// <summary>The state of the source in a word or three.</summary>
    /// <param name="isHere">Whether there is a class for it.</param>
    public string State(bool isHere) =>
        !isHere ? NeedsPlugin
        : Through is null ? Here
        : $"through {Through}";
}
