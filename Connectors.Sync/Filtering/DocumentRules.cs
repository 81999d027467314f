namespace Connectors.Sync.Filtering;

/// <summary>
/// Which documents are synced, by the values of their fields: the rules are tried in order and the first that matches decides. Small data,
/// made from the job before anything is read. A document that a rule leaves out counts as one that the source does not have.
/// </summary>
/// <param name="Rules">The rules, in the order in which they are tried.</param>
/// <param name="Otherwise">What becomes of a document that none matches. Default: it is included.</param>
public sealed record DocumentRules(IReadOnlyList<DocumentRule> Rules, RulePolicy Otherwise = RulePolicy.Include);

/// <summary>One rule.</summary>
/// <param name="Id">Its id, for messages.</param>
/// <param name="Policy">What becomes of a document that it matches.</param>
/// <param name="Field">The field: a name at the top of the document, or a path with dots through objects and arrays.</param>
/// <param name="Comparison">How the field's value is held against <paramref name="Value"/>.</param>
/// <param name="Value">A text, which is read as a number, date or boolean when the field's value is one.</param>
public sealed record DocumentRule(string Id, RulePolicy Policy, string Field, RuleComparison Comparison, string Value);

/// <summary>What a rule does with the documents that it matches.</summary>
public enum RulePolicy
{
    /// <summary><c>include</c></summary>
    Include,

    /// <summary><c>exclude</c></summary>
    Exclude,
}

/// <summary>How a value is compared.</summary>
public enum RuleComparison
{
    /// <summary><c>equals</c></summary>
    EqualTo,

    /// <summary><c>contains</c></summary>
    Contains,

    /// <summary><c>starts_with</c></summary>
    StartsWith,

    /// <summary><c>ends_with</c></summary>
    EndsWith,

    /// <summary><c>regex</c>: from the beginning of the value, not necessarily to its end.</summary>
    Regex,

    /// <summary><c>&gt;</c></summary>
    GreaterThan,

    /// <summary><c>&lt;</c></summary>
    LessThan,
}
