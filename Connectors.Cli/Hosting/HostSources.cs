using Connectors.Sources;
using Connectors.Sync.Configuration;

namespace Connectors.Cli.Hosting;

/// <summary>The sources that <c>elastic-ingest</c> brings along.</summary>
internal static class HostSources
{
    public static SourceClasses Classes { get; } = new(BuiltInSources.Classes, BuiltInSources.FormerNames);
}
