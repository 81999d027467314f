using System.Text.Json;
using System.Text.Json.Serialization;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Redis;

/// <summary>A database, and which of its keys are meant.</summary>
/// <param name="Database">Its number.</param>
/// <param name="RunId">The run of the server that the sync was planned on; no other can go on with it.</param>
/// <param name="Rules">A key is meant when one of these means it; none for all keys.</param>
internal sealed record RedisPart(int Database, string RunId, IReadOnlyList<RedisRule> Rules)
{
    /// <summary>The pattern that the server can look at, when there is one rule only.</summary>
    [JsonIgnore]
    public string? ServerPattern => Rules is [{ Pattern: { } pattern }] ? pattern : null;

    /// <summary>Whether keys must be asked for their types to know which are meant.</summary>
    [JsonIgnore]
    public bool NeedsTypes => Rules.Any(rule => rule.Type is not null);

    /// <summary>Whether a key that the server listed is meant.</summary>
    public bool Includes(ReadOnlySpan<byte> key, string type)
    {
        if (Rules is [var only])
        {
            return only.IncludesType(type);
        }

        var isMeant = Rules.Count == 0;
        foreach (var rule in Rules)
        {
            isMeant = isMeant || rule.Includes(key, type);
        }

        return isMeant;
    }

    public SourcePartition ToPartition() => new($"database {Database}", JsonSerializer.Serialize(this));

    /// <summary>The part of a partition; <see langword="null"/> for that of a server without keys.</summary>
    /// <exception cref="ConnectorException">It is damaged.</exception>
    public static RedisPart? Parse(SourcePartition partition)
    {
        if (partition.Bounds.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RedisPart>(partition.Bounds) is { RunId.Length: > 0, Rules: not null } part
                ? part
                : throw new JsonException("no run");
        }
        catch (JsonException damaged)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Partition '{partition.Name}': its bounds are damaged. Start a new sync.",
                damaged
            );
        }
    }
}
