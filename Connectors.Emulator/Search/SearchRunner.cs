using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Search.Hits;

namespace Connectors.Emulator.Search;

/// <summary>A document found, with what it is sorted by.</summary>
internal readonly record struct Hit(Candidate Candidate, double Score, FieldValue?[] Keys);

/// <summary>What a search found.</summary>
/// <param name="Hits">The page asked for.</param>
/// <param name="Total">All that match, as far as they were counted.</param>
internal readonly record struct Found(List<Hit> Hits, long Total);

/// <summary>Runs searches over views of indices.</summary>
internal static class SearchRunner
{
    /// <exception cref="ElasticErrorException">400: a sort or window that isn't allowed.</exception>
    public static Found Run(SearchRequest request, IReadOnlyList<IndexView> views)
    {
        foreach (var view in views)
        {
            var window = view.Index.Settings.MaxResultWindow;
            if (request.From + (long)request.Size > window)
            {
                throw new ElasticError(
                    400,
                    "illegal_argument_exception",
                    $"Result window is too large, from + size must be less than or equal to: [{window}] but was "
                        + $"[{request.From + (long)request.Size}]. "
                        + "See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the "
                        + "[index.max_result_window] index level setting."
                )
                {
                    FailedShardOf = view.Index.Name,
                }.Thrown();
            }

            request.Sorts.ForEach(sort => sort.Check(view.Index));
        }

        return request.Sorts is [] or [{ By: SortBy.Order, IsDescending: false }] ? InOrder(request, views) : Sorted(request, views);
    }

    /// <summary>All candidates of some views, a slice of them, or those named by ids.</summary>
    public static IEnumerable<Candidate> Candidates(Query query, IReadOnlyList<IndexView> views, (int Id, int Max)? slice, long after = -1)
    {
        for (var shard = 0; shard < views.Count; shard++)
        {
            var (index, documents) = views[shard];
            if (query is IdsQuery ids && slice is null && after < 0 && ReferenceEquals(documents, index.Documents.Snapshot()))
            {
                foreach (var document in ids.Ids.Select(index.Find).OfType<StoredDocument>().OrderBy(document => document.SeqNo))
                {
                    yield return new Candidate(index, document, ((long)shard << 40) + document.SeqNo);
                }

                continue;
            }

            var start = slice is { } part ? (int)((long)documents.Length * part.Id / part.Max) : 0;
            var end = slice is { } whole ? (int)((long)documents.Length * (whole.Id + 1) / whole.Max) : documents.Length;
            if (after >= 0)
            {
                start = Math.Max(start, FirstAfter(documents, after - ((long)shard << 40)));
            }

            for (var i = start; i < end; i++)
            {
                yield return new Candidate(index, documents[i], ((long)shard << 40) + documents[i].SeqNo);
            }
        }
    }

    /// <summary>In the order of writes: a page costs what it holds.</summary>
    private static Found InOrder(SearchRequest request, IReadOnlyList<IndexView> views)
    {
        // Without a sort the best scores come first, unless all are the same.
        if (request.Sorts.Count == 0 && request.Query.Words.Any())
        {
            return Sorted(request, views);
        }

        var after = request.SearchAfter is { } keys ? request.Sorts[0].ReadKey(keys[0], null)?.Whole ?? -1 : -1;
        var isAll = request.Query is MatchAll;
        var counts = request.TotalLimit is not null;
        var hits = new List<Hit>(Math.Min(request.Size, 1000));
        long total = 0;
        if (counts && (after >= 0 || isAll))
        {
            total =
                isAll && request.Slice is null
                    ? views.Sum(view => (long)view.Documents.Length)
                    : Candidates(request.Query, views, request.Slice).LongCount(candidate => Matches(request.Query, candidate));
            counts = false;
        }

        var skipped = 0;
        foreach (var candidate in Candidates(request.Query, views, request.Slice, after))
        {
            if (hits.Count == request.Size && !counts)
            {
                break;
            }

            if (request.Query.Score(candidate) is not { } score)
            {
                candidate.Dispose();
                continue;
            }

            total += counts ? 1 : 0;
            if (skipped < request.From)
            {
                skipped++;
                candidate.Dispose();
            }
            else if (hits.Count < request.Size)
            {
                hits.Add(new Hit(candidate, score, request.Sorts.Count == 0 ? [] : [FieldValue.Of(candidate.ShardDoc)]));
            }
            else
            {
                candidate.Dispose();
            }
        }

        return new Found(hits, total);
    }

    private static Found Sorted(SearchRequest request, IReadOnlyList<IndexView> views)
    {
        List<SortSpec> sorts = request.Sorts.Count > 0 ? request.Sorts : [new SortSpec(SortBy.Score, "_score", true, "_last", null)];
        var after = request.SearchAfter is { } values
            ? values.Select((value, i) => sorts[i].ReadKey(value, views.Count > 0 ? views[0].Index : null)).ToArray()
            : null;
        var all = new List<Hit>();
        long total = 0;
        foreach (var candidate in Candidates(request.Query, views, request.Slice))
        {
            if (request.Query.Score(candidate) is not { } score)
            {
                candidate.Dispose();
                continue;
            }

            total++;
            var hit = new Hit(candidate, score, [.. sorts.Select(sort => sort.Key(candidate, score))]);
            if (after is null || Compare(sorts, after, hit.Keys) < 0)
            {
                all.Add(hit);
            }

            // What was parsed for the keys is parsed again for the few hits that are shown.
            candidate.Dispose();
        }

        all.Sort(
            (left, right) =>
                Compare(sorts, left.Keys, right.Keys) is var order and not 0
                    ? order
                    : left.Candidate.ShardDoc.CompareTo(right.Candidate.ShardDoc)
        );
        var page = all.Skip(request.From)
            .Take(request.Size)
            .Select(hit =>
                hit with
                {
                    Candidate = new Candidate(hit.Candidate.Index, hit.Candidate.Document, hit.Candidate.ShardDoc),
                    Keys = request.Sorts.Count == 0 ? [] : hit.Keys,
                }
            );
        return new Found([.. page], total);
    }

    private static bool Matches(Query query, Candidate candidate)
    {
        using (candidate)
        {
            return query.Score(candidate) is not null;
        }
    }

    private static int Compare(List<SortSpec> sorts, FieldValue?[] left, FieldValue?[] right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            var order = sorts[i].Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int FirstAfter(StoredDocument[] documents, long seqNo)
    {
        var (low, high) = (0, documents.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (documents[middle].SeqNo <= seqNo)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
