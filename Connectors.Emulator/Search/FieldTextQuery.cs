using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search;

/// <summary>A word, a phrase or the beginning of a word, in one field or in all; fields whose type can't hold it don't match.</summary>
/// <param name="fieldName">The field, or <see langword="null"/> for all.</param>
/// <param name="text">What is looked for.</param>
/// <param name="isPrefix">Whether it is the beginning only.</param>
internal sealed class FieldTextQuery(string? fieldName, string text, bool isPrefix) : Query
{
    private readonly List<string> _words = Search.Words.Of(text);

    public override IEnumerable<(string Field, string Word)> Words => isPrefix ? [] : _words.Select(word => (fieldName ?? "*", word));

    public override double? Score(Candidate candidate)
    {
        var mapping = candidate.Index.Mapping;
        var fields =
            fieldName is null or "*" ? Leaves(mapping.Root)
            : mapping.Resolve(fieldName) is { } node && FieldKinds.IsLeaf(node.Kind) ? [node]
            : [];
        double? best = null;
        foreach (var one in fields)
        {
            var values = candidate.Values(one);
            var times =
                one.Kind == FieldKind.Text
                    ? values.Sum(value => InText(FieldValue.TextOf(value)))
                    : values.Count(value => IsValue(one, value));
            if (times > 0)
            {
                best = Math.Max(best ?? 0, times / (times + 1.2));
            }
        }

        return best;
    }

    private static IEnumerable<FieldNode> Leaves(FieldNode node) =>
        node
            .Children.Where(child => child.IsReal)
            .SelectMany(child =>
                FieldKinds.IsLeaf(child.Kind) ? [child]
                : child.Kind == FieldKind.Object ? Leaves(child)
                : []
            );

    /// <summary>How often the words stand in a text one after the other.</summary>
    private int InText(string value)
    {
        var found = Search.Words.Of(value);
        return _words.Count == 0 ? 0 : Enumerable.Range(0, Math.Max(found.Count - _words.Count + 1, 0)).Count(at => IsAt(found, at));
    }

    private bool IsAt(List<string> found, int at)
    {
        for (var i = 0; i < _words.Count; i++)
        {
            var isWhole = !isPrefix || i < _words.Count - 1;
            if (!(isWhole ? found[at + i] == _words[i] : found[at + i].StartsWith(_words[i], StringComparison.Ordinal)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsValue(FieldNode node, System.Text.Json.JsonElement value)
    {
        var found = FieldValue.TextOf(value);
        return isPrefix ? node.Kind == FieldKind.Keyword && found.StartsWith(text, StringComparison.Ordinal) : found == text;
    }
}
