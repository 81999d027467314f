using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>Gives a service the source of a replay, whatever the connector's configuration: a new one each time, as a catalog
/// does.</summary>
internal sealed class ReplayedSources(ReplaySource source, ReplayServer server) : ISourceFactory
{
    public SourceDescription Describe(string serviceType) => source.Create(SourceContext.Empty).Description;

    public IDataSource Create(string serviceType, JsonObject? configuration) => server.Open();
}
