namespace Connectors.Sync.Elasticsearch;

/// <summary>What credentials need in Elasticsearch, and no more. <c>doctor</c> asks for it, and docs/security.md shows it as ready
/// requests; a test keeps them the same.</summary>
internal static class RequiredPrivileges
{
    /// <summary>On the cluster, for the service: the version at the start; check-ins and new connectors through the Connector API; to see
    /// that a pipeline exists.</summary>
    public static IReadOnlyList<string> Cluster { get; } = ["monitor", "manage_connector", "read_pipeline"];

    /// <summary>On the cluster, for a key that only fills the index of a connector.</summary>
    public static IReadOnlyList<string> ClusterOfAConnector { get; } = ["monitor", "read_pipeline"];

    /// <summary>On the connector indices.</summary>
    public static IReadOnlyList<string> ProtocolIndices { get; } = ["read", "write", "view_index_metadata", "maintenance"];

    /// <summary>On the connector indices while they don't exist yet: whoever writes first makes them.</summary>
    public static string ProtocolIndicesAtFirst => "create_index";

    /// <summary>On the indices that syncs fill. <c>manage</c> makes a missing index, keeps our mark in its mapping, refreshes it, and
    /// deletes it where that is asked for; no smaller privilege may write a mapping's <c>_meta</c>.</summary>
    public static IReadOnlyList<string> ContentIndices { get; } = ["read", "write", "manage"];
}
