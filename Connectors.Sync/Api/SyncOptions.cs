using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Sync.Api;

/// <summary>The options of a sync request.</summary>
/// <param name="DryRun">Compute what would be done, write nothing.</param>
/// <param name="Options">Options of the job.</param>
internal sealed record SyncOptions(bool DryRun, SyncJobOptions Options)
{
    /// <summary>What is synced. Default <see cref="JobType.Full"/>.</summary>
    public JobType Type { get; init; } = JobType.Full;

    private const int MaxLength = 64 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] Fields = ["type", "dryRun", "allowMassDelete", "reindex"];
    private static readonly SyncOptionNames Words = new("dryRun", "reindex", "allowMassDelete", kind => $"the type \"{kind.ToWord()}\"");

    /// <summary>Reads the request body; an empty body means no options.</summary>
    /// <returns>The options, or what is wrong with the body.</returns>
    public static async Task<(SyncOptions? Wish, string? Problem)> ReadAsync(Stream body, CancellationToken cancellationToken)
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

        return text.Length == 0 ? (new SyncOptions(false, new SyncJobOptions()), null) : Read(text.ToArray());
    }

    private static (SyncOptions? Wish, string? Problem) Read(byte[] text)
    {
        JsonObject? requested;
        try
        {
            // Bytes that are no UTF-8 and halves of characters are found now, and not when a text is looked at.
            Strict.GetCharCount(text);
            using (var document = JsonDocument.Parse(text))
            {
                RequireWholeCharacters(document.RootElement);
                if (Repeated(document.RootElement) is { } name)
                {
                    return (null, $"The body has the field '{name}' more than once.");
                }
            }

            requested = JsonNode.Parse(text) as JsonObject;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, "The body is not valid JSON. Send {} or nothing for an ordinary sync.");
        }

        if (requested is null)
        {
            return (null, "The body is not a JSON object. Send {} or nothing for an ordinary sync.");
        }

        var unknown = requested.Select(field => field.Key).Except(Fields, StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
        {
            return (null, $"Unknown fields: {string.Join(", ", unknown)}. {NameList.Known(unknown[0], Fields)}");
        }

        var (kind, isAccessControl) = (SyncKind.Full, false);
        if (requested["type"] is { } type)
        {
            if (type is not JsonValue word || !word.TryGetValue<string>(out var name))
            {
                return (null, NoKind(type));
            }

            isAccessControl = name == JobType.AccessControl.ToWord();
            if (!isAccessControl)
            {
                if (ProtocolWords.Parse<SyncKind>(name) is not { } known)
                {
                    return (null, NoKind(type));
                }

                kind = known;
            }
        }

        foreach (var field in Fields[1..])
        {
            if (requested[field] is { } value && value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            {
                return (null, $"{field}: {value.ToJsonString()} is neither true nor false.");
            }
        }

        var how = new SyncNowOptions(Flag("dryRun"), Flag("allowMassDelete"), Flag("reindex"), kind) { AccessControl = isAccessControl };
        return SyncOptionsValidator.Find(how, Words) is { } problem
            ? (null, problem)
            : (new SyncOptions(how.DryRun, how.ForJob) { Type = how.JobType }, null);

        bool Flag(string name) => requested[name]?.GetValue<bool>() ?? false;
    }

    private static string? Repeated(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
            ? body.EnumerateObject().GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any())?.Key
            : null;

    /// <exception cref="InvalidOperationException">A name or text holds half a character.</exception>
    private static void RequireWholeCharacters(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    RequireWholeCharacters(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    RequireWholeCharacters(member.Value);
                }

                break;
        }
    }

    private static string NoKind(JsonNode type)
    {
        var known = Enum.GetValues<SyncKind>().Select(kind => kind.ToWord()).Append(JobType.AccessControl.ToWord());
        return $"type: {type.ToJsonString()} is not a kind of sync. Known are {string.Join(", ", known)}.";
    }
}
