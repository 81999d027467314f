using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Search;

/// <summary>The documents of an index as they were at one moment.</summary>
internal readonly record struct IndexView(EmulatedIndex Index, StoredDocument[] Documents);

/// <summary>Open points in time. They end when they haven't been used for their keep-alive.</summary>
internal sealed class PointsInTime(TimeProvider time)
{
    private const string Magic = "emulator-pit:";
    private readonly ConcurrentDictionary<string, (IndexView[] Views, DateTimeOffset End)> _open = new(StringComparer.Ordinal);

    public int Count => _open.Count;

    public string Open(IEnumerable<EmulatedIndex> indices, string keepAlive)
    {
        Sweep();
        var end = time.GetUtcNow() + ParseKeepAlive(keepAlive);
        IndexView[] views = [.. indices.Select(index => new IndexView(index, index.Documents.Snapshot()))];
        var id = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                Magic + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + ":" + (views.Length > 0 ? views[0].Index.Name : "")
            )
        );
        _open[id] = (views, end);
        return id;
    }

    /// <exception cref="ElasticErrorException">404: closed, over or never opened; 400: no id of a point in time.</exception>
    public IndexView[] Use(string id, string? keepAlive)
    {
        var now = time.GetUtcNow();
        if (!_open.TryGetValue(id, out var entry) || entry.End < now)
        {
            _open.TryRemove(id, out _);
            throw Missing(id).Thrown();
        }

        if (keepAlive is not null)
        {
            _open.TryUpdate(id, (entry.Views, Max(entry.End, now + ParseKeepAlive(keepAlive))), entry);
        }

        return entry.Views;
    }

    public bool Close(string id)
    {
        if (IndexOf(id) is null)
        {
            throw Rubbish(id).Thrown();
        }

        return _open.TryRemove(id, out _);
    }

    private static DateTimeOffset Max(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static ElasticError Missing(string id) =>
        IndexOf(id) is { } index
            ? new ElasticError(404, "search_context_missing_exception", $"No search context found for id [{id}]") { FailedShardOf = index }
            : Rubbish(id);

    private static ElasticError Rubbish(string id) => ElasticErrors.IllegalArgument($"invalid id: [{id}]");

    /// <summary>The index that an id of ours was made for; null: it is none of ours.</summary>
    private static string? IndexOf(string id)
    {
        if (!Base64Url.IsValid(id))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id));
        return text.StartsWith(Magic, StringComparison.Ordinal) ? text[(text.LastIndexOf(':') + 1)..] : null;
    }

    private static TimeSpan ParseKeepAlive(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            throw ElasticErrors
                .IllegalArgument(
                    $"failed to parse setting [keep_alive] with value [{text}] as a time value: unit is missing or unrecognized"
                )
                .Thrown();
        }

        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(amount),
            "s" => TimeSpan.FromSeconds(amount),
            "m" => TimeSpan.FromMinutes(amount),
            "h" => TimeSpan.FromHours(amount),
            "d" => TimeSpan.FromDays(amount),
            _ => throw ElasticErrors
                .IllegalArgument(
                    $"failed to parse setting [keep_alive] with value [{text}] as a time value: unit is missing or unrecognized"
                )
                .Thrown(),
        };
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (id, entry) in _open)
        {
            if (entry.End < now)
            {
                _open.TryRemove(id, out _);
            }
        }
    }
}
