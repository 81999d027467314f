using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Redis.Values;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis;

/// <summary>Reads pages of a database: scans on, reads what it was given, and makes sure at the end that it was the same server all the
/// time.</summary>
internal sealed class RedisPages(RedisConnection connection, RedisPart part, PageLimits limits, int mostBytes)
{
    /// <summary>A page ends after so many looks at the server even when it is empty: a pattern that few keys fit would else take the whole
    /// database in one page, which nobody could cancel or resume.</summary>
    private const int MostSteps = 1_000;

    private const int MostCount = 100;

    /// <param name="after">Where to go on.</param>
    /// <param name="withValues">False for ids with empty bodies.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public async Task<SourcePage> ReadAsync(PageToken after, bool withValues, CancellationToken cancellationToken)
    {
        var position = RedisScanPosition.Parse(after);
        return await connection.TryAsync(
            $"read the keys of database {part.Database}",
            redis => ReadAsync(redis, position, withValues, cancellationToken),
            cancellationToken
        );
    }

    private async Task<SourcePage> ReadAsync(
        ConnectionMultiplexer redis,
        RedisScanPosition position,
        bool withValues,
        CancellationToken cancellationToken
    )
    {
        using var page = new SourcePageBuilder(limits);
        var values = new RedisValues(redis.GetDatabase(part.Database), mostBytes);
        var count = MostCount;
        for (var step = 0; !page.IsFull && step < MostSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count = Math.Min(count, Math.Max(limits.MaxDocuments - page.Count, 1));
            var answer = await RedisScan.StepAsync(redis, part.Database, position.Cursor, part.ServerPattern, count);
            Check(answer.Facts);
            if (answer.Keys.Count > RedisScanPosition.MostGiven && count > 1)
            {
                // A place in its midst could not be told. Asking for less is always possible: the server keeps nothing for a cursor.
                count = Math.Max(count / 4, 1);
                continue;
            }

            if (await AddAsync(page, values, answer.Keys, position.Given, withValues, cancellationToken) is { } given)
            {
                position = new RedisScanPosition(position.Cursor, given);
                break;
            }

            if (answer.Next == "0")
            {
                Check(await RedisScan.InfoAsync(redis));
                return page.Build(PageToken.Start, isLast: true);
            }

            position = RedisScanPosition.At(answer.Next);
        }

        // What was gone when its value was asked for must have been gone from this very server.
        Check(await RedisScan.InfoAsync(redis));
        return page.Build(position.ToToken(), isLast: false);
    }

    /// <summary>Adds the documents of an answer's keys until the page is full.</summary>
    /// <returns>Marks of the keys that are done, when not all are.</returns>
    private async Task<IReadOnlySet<string>?> AddAsync(
        SourcePageBuilder page,
        RedisValues values,
        IReadOnlyList<byte[]> keys,
        IReadOnlySet<string> given,
        bool withValues,
        CancellationToken cancellationToken
    )
    {
        byte[][] left = [.. keys.Where(key => !given.Contains(RedisScanPosition.Mark(key)))];
        var info =
            withValues || part.NeedsTypes
                ? await values.InfoAsync(left, withValues)
                : [.. left.Select(key => new RedisKeyInfo(key, string.Empty, null))];
        var done = 0;
        while (done < info.Length)
        {
            if (page.IsFull && given.Count + done <= RedisScanPosition.MostGiven)
            {
                return info.Take(done).Select(key => RedisScanPosition.Mark(key.Name)).Concat(given).ToHashSet(StringComparer.Ordinal);
            }

            var next = info.Skip(done).Take(Room(page, info.AsSpan(done))).ToArray();
            done += next.Length;
            RedisKeyInfo[] meant = [.. next.Where(key => !key.IsGone && part.Includes(key.Name, key.Type))];
            var read = withValues
                ? await Task.WhenAll(meant.Select(key => values.ReadAsync(key, cancellationToken)))
                : new (string, RedisText)?[meant.Length];
            foreach (var (key, value) in meant.Zip(read))
            {
                Add(page, key, withValues, value);
            }
        }

        return null;
    }

    /// <summary>How many of the next keys the page has room for, going by their sizes. At least one.</summary>
    private int Room(SourcePageBuilder page, ReadOnlySpan<RedisKeyInfo> next)
    {
        var (documents, bytes) = (Math.Max(limits.MaxDocuments - page.Count, 1), (long)limits.MaxBytes - page.SizeInBytes);
        var room = 0;
        foreach (var key in next)
        {
            bytes -= Math.Min(key.Size ?? mostBytes, mostBytes);
            if (room > 0 && (room >= documents || bytes < 0))
            {
                break;
            }

            room++;
        }

        return room;
    }

    /// <summary>The Python service's id: the MD5 of the database's number and the key.</summary>
    private string IdOf(byte[] key)
    {
        byte[] position = [.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"{part.Database}/")), .. key];
        return Convert.ToHexStringLower(MD5.HashData(position));
    }

    private void Add(SourcePageBuilder page, RedisKeyInfo key, bool withValues, (string Type, RedisText Text)? value)
    {
        if (!withValues)
        {
            page.Add(IdOf(key.Name), "{}"u8);
        }
        else if (value is var (type, text))
        {
            var json = page.Begin(IdOf(key.Name));
            json.WriteStartObject();
            Write(json, "key", RedisText.Of(key.Name));
            Write(json, "value", text);
            json.WriteNumber("database", part.Database);
            json.WriteString("key_type", type);

            // The server estimates it, and may not tell it this time.
            page.MarkVolatile();
            if (key.Size is { } size)
            {
                json.WriteNumber("size_in_bytes", size);
            }

            json.WriteEndObject();
            page.End();
        }
    }

    private static void Write(Utf8JsonWriter json, string field, RedisText value)
    {
        if (value.Text is not null)
        {
            json.WriteString(field, value.Text);
        }

        if (value.IsBase64)
        {
            json.WriteString($"{field}_encoding", "base64");
        }

        if (value.IsCut)
        {
            json.WriteBoolean($"{field}_truncated", true);
        }
    }

    private void Check(RedisServerInfo info)
    {
        info.Check(connection.Server);
        if (info.RunId != part.RunId)
        {
            throw new ConnectorException(
                $"{connection.Server}: was restarted, or another server took its place, while its keys were read. The rest can't be "
                    + "found from there, so nothing is deleted; start a new sync."
            );
        }
    }
}
