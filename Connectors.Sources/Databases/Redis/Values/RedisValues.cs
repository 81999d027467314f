using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis.Values;

/// <summary>What is known of a key before its value is read.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">What <c>TYPE</c> says: <c>none</c> for one that has gone.</param>
/// <param name="Size">Bytes that it takes in the server; <see langword="null"/> where the server does not tell.</param>
internal sealed record RedisKeyInfo(byte[] Name, string Type, long? Size)
{
    public bool IsGone => Type == "none";
}

/// <summary>Reads the values of keys, of each type in its way. Commands of several keys travel together.</summary>
internal sealed class RedisValues(IDatabase database, int mostBytes)
{
    /// <summary>How much of a value is read.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int SmallBatch = 50;
    private const int LargeBatch = 1_000;
    private const int Attempts = 3;

    /// <summary>How many times more than its text a JSON value takes in memory, at most.</summary>
    private const long JsonOverhead = 32;

    private bool _tellsSizes = true;

    /// <summary>Types and sizes.</summary>
    public async Task<RedisKeyInfo[]> InfoAsync(IReadOnlyList<byte[]> keys, bool withSizes)
    {
        var types = keys.Select(TypeAsync).ToArray();
        var sizes = withSizes && _tellsSizes ? keys.Select(key => database.ExecuteAsync("MEMORY", "USAGE", key)).ToArray() : [];
        var info = new RedisKeyInfo[keys.Count];
        for (var i = 0; i < info.Length; i++)
        {
            info[i] = new RedisKeyInfo(keys[i], await types[i], sizes.Length > 0 ? await SizeAsync(sizes[i]) : null);
        }

        return info;
    }

    /// <summary>The value of a key, and its type, which may be another one by now; <see langword="null"/> when it has gone.</summary>
    public async Task<(string Type, RedisText Value)?> ReadAsync(RedisKeyInfo key, CancellationToken cancellationToken)
    {
        var type = key.Type;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return type == "none" ? null : (type, await ReadAsync(key, type, cancellationToken));
            }
            catch (RedisServerException answer) when (answer.Kind == RedisErrorKind.WrongType && attempt < Attempts)
            {
                type = await TypeAsync(key.Name);
            }
        }
    }

    private async Task<RedisText> ReadAsync(RedisKeyInfo key, string type, CancellationToken cancellationToken)
    {
        // Without a size it may be any.
        var elements = new RedisElements(database, key.Name, key.Size <= mostBytes ? LargeBatch : SmallBatch);
        switch (type)
        {
            case "string":
                return RedisText.Of((byte[]?)await database.StringGetRangeAsync(key.Name, 0, mostBytes) ?? [], mostBytes);
            case "list":
                var (list, isListCut) = await TakeAsync(elements.ListAsync(cancellationToken), Length, cancellationToken);
                return RedisText.Of(list, isObject: false, isListCut, static (json, element, text) => json.WriteStringValue(text(element)));
            case "set":
                var (set, isSetCut) = await TakeAsync(elements.Set(), Length, cancellationToken);
                return RedisText.Of(InOrder(set, element => element), isObject: false, isSetCut, static (json, element, text) =>
                    json.WriteStringValue(text(element))
                );
            case "zset":
                var (sorted, isSortedCut) = await TakeAsync(
                    elements.SortedSetAsync(cancellationToken),
                    element => Length(element.Element),
                    cancellationToken
                );
                return RedisText.Of(sorted, isObject: false, isSortedCut, WriteScored);
            case "hash":
                var (hash, isHashCut) = await TakeAsync(
                    elements.Hash(),
                    entry => Length(entry.Name) + Length(entry.Value),
                    cancellationToken
                );
                return RedisText.Of(InOrder(hash, entry => entry.Name), isObject: true, isHashCut, static (json, entry, text) =>
                    json.WriteString(text(entry.Name), text(entry.Value))
                );
            case "stream":
                var (stream, isStreamCut) = await TakeAsync(
                    elements.StreamAsync(cancellationToken),
                    entry => entry.Values.Sum(field => Length(field.Name) + Length(field.Value)),
                    cancellationToken
                );
                return RedisText.Of(stream, isObject: false, isStreamCut, WriteEntry);
            case "ReJSON-RL":
                // Its own length decides, which is always known, and not the server's estimate. Only what is far beyond it is not read at
                // all.
                var json = key.Size > JsonOverhead * mostBytes ? null : (byte[]?)await database.ExecuteAsync("JSON.GET", key.Name) ?? [];
                return json is null || json.Length > mostBytes ? new RedisText(null, IsCut: true) : RedisText.Of(json);
            default:
                return new RedisText(null);
        }
    }

    private static Comparer<RedisValue> ByBytes { get; } =
        Comparer<RedisValue>.Create(
            (item, other) => ((ReadOnlyMemory<byte>)item).Span.SequenceCompareTo(((ReadOnlyMemory<byte>)other).Span)
        );

    private static int Length(RedisValue value) => ((ReadOnlyMemory<byte>)value).Length;

    /// <summary>By the bytes of their names, each once. The client's own comparison takes <c>01</c> and <c>1</c> for the same.</summary>
    private static List<T> InOrder<T>(List<T> elements, Func<T, RedisValue> name)
    {
        var ordered = elements.OrderBy(name, ByBytes).ToList();
        return [.. ordered.Where((element, index) => index == 0 || ByBytes.Compare(name(element), name(ordered[index - 1])) != 0)];
    }

    /// <summary>Elements until they are more than enough.</summary>
    private async Task<(List<T> Elements, bool IsCut)> TakeAsync<T>(
        IAsyncEnumerable<T> all,
        Func<T, int> length,
        CancellationToken cancellationToken
    )
    {
        var (taken, bytes) = (new List<T>(), 0L);
        await foreach (var element in all.WithCancellation(cancellationToken))
        {
            if (bytes > mostBytes)
            {
                return (taken, true);
            }

            taken.Add(element);
            bytes += length(element);
        }

        return (taken, false);
    }

    private static void WriteScored(Utf8JsonWriter json, SortedSetEntry element, Func<RedisValue, string> text)
    {
        json.WriteStartArray();
        json.WriteStringValue(text(element.Element));
        if (double.IsFinite(element.Score))
        {
            json.WriteNumberValue(element.Score);
        }
        else
        {
            json.WriteStringValue(element.Score.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, StreamEntry entry, Func<RedisValue, string> text)
    {
        json.WriteStartArray();
        json.WriteStringValue(entry.Id.ToString());
        json.WriteStartObject();
        foreach (var field in entry.Values)
        {
            json.WriteString(text(field.Name), text(field.Value));
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private async Task<string> TypeAsync(byte[] key) => (string?)await database.ExecuteAsync("TYPE", key) ?? "none";

    private async Task<long?> SizeAsync(Task<RedisResult> asked)
    {
        try
        {
            return (long?)await asked;
        }
        catch (RedisServerException refused)
            when (refused.Kind is RedisErrorKind.NoPermission or RedisErrorKind.UnknownCommand or RedisErrorKind.UnknownError)
        {
            // Not every server tells, nor tells everybody, nor of every key.
            _tellsSizes = refused.Kind == RedisErrorKind.UnknownError && _tellsSizes;
            return null;
        }
    }
}
