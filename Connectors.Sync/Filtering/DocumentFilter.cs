using System.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sync.Filtering;

/// <summary>Drops the documents of a page that <see cref="DocumentRules"/> leave out. Pure; safe for concurrent use.</summary>
internal sealed class DocumentFilter
{
    private const int MaxFields = 64;
    private readonly RuleMatcher[] _rules;
    private readonly int[] _fieldOfRule;
    private readonly string[] _fields;
    private readonly FieldFinder _finder;
    private readonly bool _otherwise;

    /// <exception cref="ConnectorException">A rule can't be applied.</exception>
    public DocumentFilter(DocumentRules rules)
    {
        _fields = [.. rules.Rules.Select(rule => rule.Field).Distinct(StringComparer.Ordinal)];
        if (_fields.Length > MaxFields)
        {
            throw new ConnectorException(
                $"The sync rules ask for {_fields.Length} different fields, and at most {MaxFields} are possible. Remove some of the rules."
            );
        }

        _rules = [.. rules.Rules.Select(rule => new RuleMatcher(rule))];
        _fieldOfRule = [.. rules.Rules.Select(rule => Array.IndexOf(_fields, rule.Field))];
        _finder = new FieldFinder(_fields);
        _otherwise = rules.Otherwise == RulePolicy.Include;
    }

    /// <summary>The filter for rules; <see langword="null"/> when every document is included anyway.</summary>
    /// <exception cref="ConnectorException">A rule can't be applied.</exception>
    public static DocumentFilter? For(DocumentRules? rules) =>
        rules is null || (rules.Otherwise == RulePolicy.Include && rules.Rules.All(rule => rule.Policy == RulePolicy.Include))
            ? null
            : new DocumentFilter(rules);

    /// <summary>Drops the documents that are left out.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ConnectorException">A rule can't be applied to a document.</exception>
    public int Apply(SourcePage page)
    {
        var found = new List<FoundValue>();
        return page.Retain(document => Includes(document, found));
    }

    private bool Includes(in SourceDocument document, List<FoundValue> found)
    {
        found.Clear();
        try
        {
            _finder.Find(document.Body, found);
        }
        catch (JsonException)
        {
            // Elasticsearch refuses it too, and reports it by its id.
            return true;
        }

        AddOwn(document, found);
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            foreach (var value in found)
            {
                if (value.Field == _fieldOfRule[rule] && _rules[rule].Matches(value))
                {
                    return _rules[rule].IsInclude;
                }
            }
        }

        return _otherwise;
    }

    /// <summary>What is not in the body: the id, and the time of the last change.</summary>
    private void AddOwn(in SourceDocument document, List<FoundValue> found)
    {
        for (var field = 0; field < _fields.Length; field++)
        {
            if (_fields[field] is "id" or "_id")
            {
                found.Add(new FoundValue(field, ValueKind.Text, document.Id));
            }
            else if (_fields[field] is "_timestamp" && document.Timestamp is { } timestamp)
            {
                found.Add(
                    new FoundValue(
                        field,
                        ValueKind.Text,
                        Encoding.UTF8.GetBytes(timestamp.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture))
                    )
                );
            }
        }
    }
}
