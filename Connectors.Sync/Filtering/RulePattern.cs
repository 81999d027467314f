using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sync.Filtering;

/// <summary>Regular expressions of rules. They are written for Python's <c>re.match</c>: from the beginning of the value, and not
/// necessarily to its end.</summary>
internal static class RulePattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <exception cref="ConnectorException">It is no regular expression.</exception>
    public static Regex Compile(string ruleId, string pattern)
    {
        // Python's way to write groups with names.
        var anchored = $@"\A(?:{pattern.Replace("(?P<", "(?<", StringComparison.Ordinal)})";
        try
        {
            return New(anchored, RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            // Looks around, or back: only the other engine does that, and may need a limit.
            return New(anchored, RegexOptions.None);
        }
        catch (ArgumentException exception)
        {
            throw new ConnectorException($"Sync rule '{ruleId}': '{pattern}' is no regular expression: {Reason(exception)}");
        }
    }

    private static Regex New(string pattern, RegexOptions engine) => new(pattern, engine | RegexOptions.CultureInvariant, Limit);

    // The message of .NET shows the pattern as it was made of this one; the name of its error says the same, in words.
    private static string Reason(ArgumentException exception) =>
        exception is RegexParseException parse ? $"{Words(parse.Error.ToString())}." : "it can't be read.";

    private static string Words(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}")).TrimStart();
}
