using System.Text.Json.Serialization;

namespace Connectors.Sync.Bulk;

/// <summary>
/// Documents with a problem (rejected, unreadable, without text), with reasons: the first <see cref="MaxSamples"/> by id, and totals by
/// reason. Reports can be merged; the report of a resumed sync covers all its runs. One thread at a time.
/// </summary>
public sealed class RejectionReport
{
    /// <summary>How many documents are listed by id.</summary>
    public const int MaxSamples = 100;

    /// <summary>Number of distinct reasons; further ones are counted as <c>other</c>.</summary>
    public const int MaxReasons = 50;

    private readonly List<Rejection> _samples;
    private readonly Dictionary<string, long> _reasons;

    /// <summary>An empty report.</summary>
    public RejectionReport()
        : this([], new Dictionary<string, long>(StringComparer.Ordinal)) { }

    /// <summary>A stored report.</summary>
    [JsonConstructor]
    public RejectionReport(IReadOnlyList<Rejection> samples, IReadOnlyDictionary<string, long> reasons)
    {
        _samples = [.. samples ?? []];
        _reasons = new Dictionary<string, long>(reasons ?? new Dictionary<string, long>(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    /// <summary>All documents with a problem.</summary>
    [JsonIgnore]
    public long Total => _reasons.Values.Sum();

    /// <summary>The first ones.</summary>
    public IReadOnlyList<Rejection> Samples => _samples;

    /// <summary>How many, by reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>Adds one.</summary>
    public void Add(Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        if (_samples.Count < MaxSamples)
        {
            _samples.Add(rejection);
        }

        Count(rejection.Type, 1);
    }

    /// <summary>Adds all of <paramref name="other"/>.</summary>
    public void Merge(RejectionReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _samples.AddRange(other._samples.Take(MaxSamples - _samples.Count));
        foreach (var (reason, count) in other._reasons)
        {
            Count(reason, count);
        }
    }

    private void Count(string reason, long count)
    {
        var key = _reasons.ContainsKey(reason) || _reasons.Count < MaxReasons ? reason : "other";
        _reasons[key] = _reasons.GetValueOrDefault(key) + count;
    }
}

/// <summary>A document with a problem.</summary>
/// <param name="Id">Its id, or its location in the source.</param>
/// <param name="Type">The kind of reason, what totals are counted by: an Elasticsearch error type, <c>unreadable</c>, <c>gone</c>, or
/// <c>content</c> where the text of its file is missing.</param>
/// <param name="Reason">The reason in a sentence.</param>
public sealed record Rejection(string Id, string Type, string Reason)
{
    /// <summary>Whether the source or its file is the reason, and not Elasticsearch.</summary>
    [JsonIgnore]
    internal bool IsOfSource =>
        Type is "unreadable" or "gone" or "content" || Type.StartsWith("content ", StringComparison.Ordinal);
}
