using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;

namespace Connectors.Sync.Api;

/// <summary>What a request for a sync may say.</summary>
/// <param name="DryRun">Find out what would be done, write nothing.</param>
/// <param name="Options">What the sync may do beyond the ordinary.</param>
internal sealed record SyncWish(bool DryRun, SyncJobOptions Options)
{
    private const int MaxLength = 64 * 1024;
    private static readonly string[] Fields = ["type", "dryRun", "allowMassDelete", "reindex"];

    /// <summary>Reads the body of a request; an empty one says nothing.</summary>
    /// <returns>The wish, or what is wrong with the body.</returns>
    public static async Task<(SyncWish? Wish, string? Problem)> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var text = new MemoryStream();
        var part = new byte[4096];
        int read;
        while ((read = await body.ReadAsync(part, cancellationToken)) > 0)
        {
            await text.WriteAsync(part.AsMemory(0, read), cancellationToken);
            if (text.Length > MaxLength)
            {
                return (null, "The body is too large. All that it may hold is an object of four fields.");
            }
        }

        return text.Length == 0 ? (new SyncWish(false, new SyncJobOptions()), null) : Read(text.ToArray());
    }

    private static (SyncWish? Wish, string? Problem) Read(byte[] text)
    {
        JsonObject wish;
        try
        {
            wish = JsonNode.Parse(text) as JsonObject ?? throw new JsonException();
            _ = wish.Count; // A name that comes twice is found out now.
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            return (null, "The body is not a JSON object. Send {} or nothing for an ordinary sync.");
        }

        var unknown = wish.Select(field => field.Key).Except(Fields, StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
        {
            return (null, $"Unknown fields: {string.Join(", ", unknown)}. Known are {string.Join(", ", Fields)}.");
        }

        if (wish["type"] is { } type && (type is not JsonValue word || !word.TryGetValue<string>(out var name) || ProtocolWords.Parse<JobType>(name) != JobType.Full))
        {
            return (null, $"type: {type.ToJsonString()} can't be synced. This version runs full syncs only: \"full\".");
        }

        foreach (var field in Fields[1..])
        {
            if (wish[field] is { } value && value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            {
                return (null, $"{field}: {value.ToJsonString()} is neither true nor false.");
            }
        }

        return (new SyncWish(Flag("dryRun"), new SyncJobOptions(Flag("allowMassDelete"), Flag("reindex"))), null);

        bool Flag(string name) => wish[name]?.GetValue<bool>() ?? false;
    }
}
