using System.Globalization;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis;

/// <summary>An answer to <c>SCAN</c>.</summary>
/// <param name="Facts">The server that gave it.</param>
/// <param name="Next">The cursor to go on with; <c>0</c> at the end.</param>
/// <param name="Keys">Keys, each once.</param>
internal sealed record RedisKeys(RedisServerInfo Facts, string Next, IReadOnlyList<byte[]> Keys);

/// <summary>Asks a server for its keys and for itself.</summary>
/// <remarks>
/// A cursor means something only to the run of the server that gave it, and a client that lost its connection may be connected to another
/// one before anybody notices. So every answer comes in one transaction with the server's own word for who it is.
/// </remarks>
internal static class RedisScan
{
    /// <summary>Scans on from a cursor.</summary>
    /// <param name="redis">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="pattern">Names that are meant; <see langword="null"/> for all.</param>
    /// <param name="count">How many places of the server's table to look at: about as many keys come, if all are meant.</param>
    public static async Task<RedisKeys> StepAsync(ConnectionMultiplexer redis, int database, string cursor, string? pattern, int count)
    {
        var transaction = redis.GetDatabase(database).CreateTransaction();

        // The client selects the database by itself, but does not look at what the server says to that.
        var select = transaction.ExecuteAsync("SELECT", database.ToString(CultureInfo.InvariantCulture));
        var (server, replication) = (transaction.ExecuteAsync("INFO", "server"), transaction.ExecuteAsync("INFO", "replication"));
        object[] arguments = pattern is null ? [cursor, "COUNT", count] : [cursor, "MATCH", pattern, "COUNT", count];
        var scan = transaction.ExecuteAsync("SCAN", arguments);
        await Task.WhenAll(select, server, replication, scan, transaction.ExecuteAsync());
        var (answer, seen) = (await scan, new HashSet<string>(StringComparer.Ordinal));
        return new RedisKeys(
            RedisServerInfo.Parse(Text(await server), Text(await replication)),
            Text(answer[0]),
            [.. ((RedisResult[]?)answer[1] ?? []).Select(key => (byte[]?)key ?? []).Where(key => seen.Add(RedisScanPosition.Mark(key)))]
        );
    }

    /// <summary>What the server says of itself.</summary>
    public static async Task<RedisServerInfo> InfoAsync(ConnectionMultiplexer redis)
    {
        var database = redis.GetDatabase();
        return RedisServerInfo.Parse(
            Text(await database.ExecuteAsync("INFO", "server")),
            Text(await database.ExecuteAsync("INFO", "replication"))
        );
    }

    /// <summary>The databases that hold keys, and the server that says so.</summary>
    public static async Task<(RedisServerInfo Facts, IReadOnlyList<int> Databases)> KeyspaceAsync(ConnectionMultiplexer redis)
    {
        var transaction = redis.GetDatabase().CreateTransaction();
        var (server, replication) = (transaction.ExecuteAsync("INFO", "server"), transaction.ExecuteAsync("INFO", "replication"));
        var keyspace = transaction.ExecuteAsync("INFO", "keyspace");
        await Task.WhenAll(server, replication, keyspace, transaction.ExecuteAsync());
        return (RedisServerInfo.Parse(Text(await server), Text(await replication)), RedisServerInfo.Databases(Text(await keyspace)));
    }

    private static string Text(RedisResult result) => (string?)result ?? string.Empty;
}
