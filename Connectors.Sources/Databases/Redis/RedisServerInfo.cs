using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Redis;

/// <summary>What a server says of itself in <c>INFO</c>.</summary>
/// <param name="RunId">Differs from server to server and from start to start.</param>
/// <param name="Mode"><c>standalone</c>, <c>cluster</c> or <c>sentinel</c>.</param>
/// <param name="IsBehind">Whether it is a replica that has not all of its primary's keys, or can't know.</param>
internal sealed record RedisServerInfo(string RunId, string Mode, bool IsBehind)
{
    public static RedisServerInfo Parse(string server, string replication)
    {
        var (about, copy) = (Values(server), Values(replication));
        var isReplica = copy.GetValueOrDefault("role") is "slave" or "replica";
        return new RedisServerInfo(
            about.GetValueOrDefault("run_id", string.Empty),
            about.GetValueOrDefault("redis_mode", "standalone"),
            isReplica
                && (copy.GetValueOrDefault("master_link_status") == "down" || copy.GetValueOrDefault("master_sync_in_progress") == "1")
        );
    }

    /// <summary>The databases that hold keys.</summary>
    public static IReadOnlyList<int> Databases(string keyspace) =>
        [
            .. Values(keyspace)
                .Keys.Where(name => name.StartsWith("db", StringComparison.Ordinal))
                .Select(name => int.Parse(name.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture))
                .Order(),
        ];

    /// <exception cref="ConnectorException">A scan of this server would not be complete.</exception>
    public void Check(string server)
    {
        if (Mode == "cluster")
        {
            throw new ConnectorException(
                $"{server}: is a node of a cluster. Clusters are not supported: keys that move between nodes can't be listed completely."
            );
        }

        if (Mode == "sentinel")
        {
            throw new ConnectorException($"{server}: is a Sentinel, which holds no keys. Set host and port to those of a Redis server.");
        }

        if (RunId.Length == 0)
        {
            throw new ConnectorException(
                $"{server}: does not tell its run_id in INFO server. Without it a restart could go unnoticed, and keys be missed; it "
                    + "can't be mirrored."
            );
        }

        if (IsBehind)
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"{server}: is a replica without a connection to its primary, so it may lack keys."
            );
        }
    }

    private static Dictionary<string, string> Values(string info)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in info.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && line[0] != '#')
            {
                values[line[..colon]] = line[(colon + 1)..];
            }
        }

        return values;
    }
}
