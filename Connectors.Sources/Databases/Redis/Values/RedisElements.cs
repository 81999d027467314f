using System.Globalization;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis.Values;

/// <summary>The elements of lists, sets, hashes and streams, a few at a time, so that a large one neither blocks the server nor fills the
/// memory.</summary>
/// <param name="database">Where the key is.</param>
/// <param name="key">The key.</param>
/// <param name="batch">How many elements to ask for at once.</param>
internal sealed class RedisElements(IDatabase database, RedisKey key, int batch)
{
    public async IAsyncEnumerable<RedisValue> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long start = 0; ; start += batch)
        {
            var elements = await database.ListRangeAsync(key, start, start + batch - 1).WaitAsync(cancellationToken);
            foreach (var element in elements)
            {
                yield return element;
            }

            if (elements.Length < batch)
            {
                yield break;
            }
        }
    }

    public async IAsyncEnumerable<SortedSetEntry> SortedSetAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long start = 0; ; start += batch)
        {
            var elements = await database.SortedSetRangeByRankWithScoresAsync(key, start, start + batch - 1).WaitAsync(cancellationToken);
            foreach (var element in elements)
            {
                yield return element;
            }

            if (elements.Length < batch)
            {
                yield break;
            }
        }
    }

    public async IAsyncEnumerable<StreamEntry> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (RedisValue from = "-"; ;)
        {
            var entries = await database.StreamRangeAsync(key, from, "+", batch).WaitAsync(cancellationToken);
            foreach (var entry in entries)
            {
                yield return entry;
            }

            if (entries.Length < batch)
            {
                yield break;
            }

            from = Following(entries[^1].Id.ToString());
        }
    }

    /// <summary>In no order; one may come twice while others are added.</summary>
    public IAsyncEnumerable<RedisValue> Set() => database.SetScanAsync(key, default, batch);

    /// <summary>In no order; one may come twice while others are added.</summary>
    public IAsyncEnumerable<HashEntry> Hash() => database.HashScanAsync(key, default, batch);

    /// <summary>The id after an entry's. Servers before 6.2 can't be asked for what follows one.</summary>
    private static RedisValue Following(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        var (time, number) = (
            ulong.Parse(id.AsSpan(0, dash), CultureInfo.InvariantCulture),
            ulong.Parse(id.AsSpan(dash + 1), CultureInfo.InvariantCulture)
        );
        return number == ulong.MaxValue ? $"{time + 1}-0" : $"{time}-{number + 1}";
    }
}
