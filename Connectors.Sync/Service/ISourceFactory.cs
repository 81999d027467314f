using Connectors.Sync.Sources;

namespace Connectors.Sync.Service;

/// <summary>Makes sources by their service type. Safe for concurrent use.</summary>
public interface ISourceFactory
{
    /// <summary>The service types that there are.</summary>
    IReadOnlyCollection<string> ServiceTypes { get; }

    /// <summary>Makes a source; the caller disposes it.</summary>
    /// <exception cref="ConnectorException">There is no source of that type, or its class can't be loaded.</exception>
    IDataSource Create(string serviceType, SourceContext context);
}
