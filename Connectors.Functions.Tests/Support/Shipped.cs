using Connectors.Sources;
using Connectors.Sync.Configuration;

namespace Connectors.Tests.Support;

/// <summary>The sources that the hosts bring along.</summary>
internal static class Shipped
{
    public static SourceClasses Classes { get; } = new(BuiltInSources.Classes, BuiltInSources.FormerNames);
}
