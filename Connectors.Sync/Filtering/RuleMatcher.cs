using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sync.Filtering;

/// <summary>
/// One rule, ready to be held against values. The rule's value takes the type of the document's: number with number, date with date (both
/// ISO 8601), boolean with boolean, else text by its bytes. What can't be compared does not match. Safe for concurrent use.
/// </summary>
internal sealed class RuleMatcher
{
    private readonly RuleComparison _comparison;
    private readonly byte[] _text;
    private readonly decimal? _exact;
    private readonly double? _number;
    private readonly DateTimeOffset? _date;
    private readonly bool? _flag;
    private readonly Regex? _regex;
    private readonly string _id;

    /// <exception cref="ConnectorException">The rule's pattern is none.</exception>
    public RuleMatcher(DocumentRule rule)
    {
        _id = rule.Id;
        _comparison = rule.Comparison;
        _text = Encoding.UTF8.GetBytes(rule.Value);
        _exact = decimal.TryParse(rule.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : null;
        _number = double.TryParse(rule.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        _date = IsoDate.Parse(rule.Value);
        _flag = FlagOf(rule.Value);
        IsInclude = rule.Policy == RulePolicy.Include;
        _regex = rule.Comparison == RuleComparison.Regex ? RulePattern.Compile(rule.Id, rule.Value) : null;
    }

    /// <summary>What becomes of a document that matches.</summary>
    public bool IsInclude { get; }

    /// <summary>Whether the rule matches a value.</summary>
    /// <exception cref="ConnectorException">The rule's pattern takes too long on this value: neither answer would be safe.</exception>
    public bool Matches(in FoundValue value)
    {
        if (!value.IsEscaped)
        {
            return Matches(value.Kind, value.Raw.Span);
        }

        var reader = new Utf8JsonReader(Quoted(value.Raw.Span));
        reader.Read();
        return Matches(value.Kind, Encoding.UTF8.GetBytes(reader.GetString()!));
    }

    private static byte[] Quoted(ReadOnlySpan<byte> raw) => [(byte)'"', .. raw, (byte)'"'];

    // The words that Elastic's own service takes.
    private static bool? FlagOf(string text) =>
        text.Trim().ToLowerInvariant() switch
        {
            "" or "false" or "f" or "no" or "n" or "off" => false,
            "true" or "t" or "yes" or "y" or "on" => true,
            _ => null,
        };

    private bool Matches(ValueKind kind, ReadOnlySpan<byte> value) =>
        _comparison switch
        {
            RuleComparison.StartsWith => value.StartsWith(_text),
            RuleComparison.EndsWith => value.EndsWith(_text),
            RuleComparison.Contains => value.IndexOf(_text) >= 0,
            RuleComparison.Regex => IsMatch(value),
            RuleComparison.EqualTo => Compare(kind, value) == 0,
            RuleComparison.GreaterThan => kind != ValueKind.Boolean && Compare(kind, value) > 0,
            _ => kind != ValueKind.Boolean && Compare(kind, value) < 0,
        };

    private int? Compare(ValueKind kind, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case ValueKind.Boolean:
                return _flag is null ? null : (value[0] == (byte)'t').CompareTo(_flag.Value);
            case ValueKind.Number:
                return CompareNumber(value);
            default:
                return _date is { } date && IsoDate.Parse(value) is { } mine ? mine.CompareTo(date) : value.SequenceCompareTo(_text);
        }
    }

    private int? CompareNumber(ReadOnlySpan<byte> value)
    {
        // Exactly where possible: the ids of many systems are whole numbers that a floating-point number can't hold.
        if (_exact is { } exact && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var mine))
        {
            return mine.CompareTo(exact);
        }

        return _number is { } number && !double.IsNaN(number) && Utf8Parser.TryParse(value, out double near, out _)
            ? near.CompareTo(number)
            : null;
    }

    private bool IsMatch(ReadOnlySpan<byte> value)
    {
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(value.Length));
        try
        {
            return _regex!.IsMatch(characters.AsSpan(0, Encoding.UTF8.GetChars(value, characters)));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ConnectorException(
                $"Sync rule '{_id}': its regular expression takes too long. Simplify it; nested repetitions such as (a+)+ are the usual "
                    + "cause."
            );
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
