namespace Connectors.Emulator.Search;

/// <summary>A query: which documents, and how well. Scores order hits sensibly; they are not Lucene's.</summary>
internal abstract class Query
{
    /// <summary>The score; null when the document doesn't match.</summary>
    public abstract double? Score(Candidate candidate);

    /// <summary>The words that this query looks for in a field, for highlighting.</summary>
    public virtual IEnumerable<(string Field, string Word)> Words => [];
}

internal sealed class MatchAll : Query
{
    public static readonly MatchAll Instance = new();

    public override double? Score(Candidate candidate) => 1;
}

internal sealed class MatchNone : Query
{
    public override double? Score(Candidate candidate) => null;
}

/// <summary>A yes-or-no test.</summary>
internal sealed class Test(Func<Candidate, bool> holds, double score = 1) : Query
{
    public override double? Score(Candidate candidate) => holds(candidate) ? score : null;
}

internal sealed class IdsQuery(IEnumerable<string> ids) : Query
{
    public HashSet<string> Ids { get; } = [.. ids];

    public override double? Score(Candidate candidate) => Ids.Contains(candidate.Document.Id) ? 1 : null;
}

/// <summary>Words in the texts of some fields; a match in any field counts.</summary>
internal sealed class WordQuery(string[] fields, List<string> words, bool needsAll, bool isPhrase) : Query
{
    public override IEnumerable<(string Field, string Word)> Words => fields.SelectMany(name => words.Select(word => (name, word)));

    public override double? Score(Candidate candidate)
    {
        if (words.Count == 0)
        {
            return null;
        }

        double? best = null;
        foreach (var field in fields)
        {
            var node = candidate.Index.Mapping.Resolve(field);
            if (node is null)
            {
                continue;
            }

            var score =
                Mapping.FieldKinds.IsText(node.Kind)
                    ? TextScore([.. candidate.Values(node).SelectMany(value => Search.Words.Of(FieldValue.TextOf(value)))])
                : candidate.Values(node).Any(value => words.Contains(FieldValue.TextOf(value).ToLowerInvariant())) ? 1
                : null;
            if (score is { } found && found >= (best ?? 0))
            {
                best = found;
            }
        }

        return best;
    }

    private double? TextScore(List<string> text)
    {
        if (isPhrase)
        {
            for (var at = 0; at + words.Count <= text.Count; at++)
            {
                if (text.GetRange(at, words.Count).SequenceEqual(words))
                {
                    return 1;
                }
            }

            return null;
        }

        var score = 0.0;
        var met = 0;
        foreach (var word in words)
        {
            var times = text.Count(other => other == word);
            met += times > 0 ? 1 : 0;
            score += times / (times + 1.2 + (text.Count * 0.001));
        }

        return met == 0 || (needsAll && met < words.Count) ? null : score;
    }
}

internal sealed class BoolQuery(List<Query> must, List<Query> filter, List<Query> should, List<Query> mustNot, int minimumShould) : Query
{
    public override IEnumerable<(string Field, string Word)> Words => must.Concat(should).Concat(filter).SelectMany(query => query.Words);

    public override double? Score(Candidate candidate)
    {
        foreach (var query in mustNot)
        {
            if (query.Score(candidate) is not null)
            {
                return null;
            }
        }

        foreach (var query in filter)
        {
            if (query.Score(candidate) is null)
            {
                return null;
            }
        }

        var total = 0.0;
        foreach (var query in must)
        {
            if (query.Score(candidate) is not { } score)
            {
                return null;
            }

            total += score;
        }

        var met = 0;
        foreach (var query in should)
        {
            if (query.Score(candidate) is { } score)
            {
                met++;
                total += score;
            }
        }

        return met >= minimumShould ? total : null;
    }
}
