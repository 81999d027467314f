namespace Connectors.Emulator.Search.Hits;

/// <summary>
/// The usual <c>filter_path</c> of a search that pages through an index, understood beforehand: what isn't wanted is then never written.
/// Other patterns go through the general filter.
/// </summary>
internal sealed class HitFilter
{
    /// <summary>Everything is wanted.</summary>
    public static readonly HitFilter All = new() { _isAll = true };

    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sourceFields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fields = new(StringComparer.Ordinal);
    private bool _isAll;

    /// <summary>Null: the patterns need the general filter.</summary>
    public static HitFilter? Parse(string? patterns)
    {
        if (string.IsNullOrEmpty(patterns))
        {
            return All;
        }

        var filter = new HitFilter();
        foreach (var pattern in patterns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (pattern.Split('.'))
            {
                case ["pit_id" or "took" or "timed_out" or "_shards"]
                or ["_shards", "failed"]
                or ["hits", "total"]
                or ["hits", "hits", "_id" or "_index" or "_seq_no" or "_primary_term" or "_version" or "sort" or "_source" or "fields"]:
                    filter._wanted.Add(pattern);
                    break;
                case ["hits", "hits", "_source", var name] when !name.Contains('*', StringComparison.Ordinal):
                    filter._sourceFields.Add(name);
                    break;
                case ["hits", "hits", "fields", var name] when !name.Contains('*', StringComparison.Ordinal):
                    filter._fields.Add(name);
                    break;
                default:
                    return null;
            }
        }

        // Without the id a hit could be left with nothing, and would then have to vanish.
        return filter._wanted.Contains("hits.hits._id") ? filter : null;
    }

    public bool IsAll => _isAll;

    public bool Wants(string path) => _isAll || _wanted.Contains(path);

    public bool WantsSource => Wants("hits.hits._source") || _sourceFields.Count > 0;

    /// <summary>The only members of a source that are wanted; null: all.</summary>
    public HashSet<string>? SourceFields => Wants("hits.hits._source") ? null : _sourceFields;

    public bool WantsField(string name) => Wants("hits.hits.fields") || _fields.Contains(name);
}
