using System.Text.RegularExpressions;

namespace Connectors.Sources.Databases.Sql.Rules;

/// <summary>How a database's SQL is quoted and commented, so that what a query says can be told from what it only mentions.</summary>
internal sealed partial class SqlQuoting
{
    private SqlQuoting() { }

    /// <summary>MySQL and MariaDB, with the <c>sql_mode</c> that the source sets.</summary>
    public static SqlQuoting MySql { get; } =
        new()
        {
            Limits = MySqlLimits(),
            Variables = MySqlVariables(),
            HasBackslashes = true,
            HasBackticks = true,
            HasHashComments = true,
        };

    public static SqlQuoting PostgreSql { get; } = new() { Limits = PostgreSqlLimits(), HasDollars = true };

    /// <summary>T-SQL, where OFFSET and FETCH can't stand without ORDER BY.</summary>
    public static SqlQuoting MsSql { get; } = new() { Limits = MsSqlLimits(), HasBrackets = true };

    /// <summary>What takes only some rows of a query.</summary>
    public required Regex Limits { get; init; }

    /// <summary>Variables that the driver would take for parameters; <see langword="null"/> where it takes none.</summary>
    public Regex? Variables { get; private init; }

    private bool HasBackslashes { get; init; }

    private bool HasBackticks { get; init; }

    private bool HasBrackets { get; init; }

    private bool HasHashComments { get; init; }

    private bool HasDollars { get; init; }

    /// <summary>A query with spaces in the place of texts, quoted names and comments.</summary>
    public string Outline(string query)
    {
        var outline = query.ToCharArray();
        for (var place = 0; place < query.Length;)
        {
            var end = Math.Min(EndOfQuoted(query, place), query.Length);
            outline.AsSpan(place, end - place).Fill(' ');
            place = Math.Max(end, place + 1);
        }

        return new string(outline);
    }

    /// <summary>Where what is quoted or commented from a place on ends; the place itself when nothing begins there.</summary>
    private int EndOfQuoted(string query, int place)
    {
        var next = place + 1 < query.Length ? query[place + 1] : '\0';
        return query[place] switch
        {
            '\'' => EndOf(query, place, '\'', HasBackslashes || (HasDollars && IsEscapeText(query, place))),
            '"' => EndOf(query, place, '"', HasBackslashes),
            '`' when HasBackticks => EndOf(query, place, '`', hasBackslashes: false),
            '[' when HasBrackets => EndOf(query, place, ']', hasBackslashes: false),
            '-' when next == '-' => EndOfLine(query, place),
            '#' when HasHashComments => EndOfLine(query, place),
            '/' when next == '*' => EndOfComment(query, place),
            '$' when HasDollars && Dollars().Match(query, place) is { Success: true } tag && tag.Index == place =>
                query.IndexOf(tag.Value, place + tag.Length, StringComparison.Ordinal) is >= 0 and var end
                    ? end + tag.Length
                    : query.Length,
            _ => place,
        };
    }

    /// <summary>A quote that is doubled, or that follows a backslash where such have a meaning, ends nothing.</summary>
    private static int EndOf(string query, int place, char quote, bool hasBackslashes)
    {
        for (var end = place + 1; end < query.Length; end++)
        {
            if (query[end] == '\\' && hasBackslashes)
            {
                end++;
            }
            else if (query[end] == quote)
            {
                if (end + 1 == query.Length || query[end + 1] != quote)
                {
                    return end + 1;
                }

                end++;
            }
        }

        return query.Length;
    }

    private static int EndOfLine(string query, int place) =>
        query.AsSpan(place).IndexOfAny('\r', '\n') is >= 0 and var end ? place + end : query.Length;

    /// <summary>Comments may hold others, but in MySQL.</summary>
    private int EndOfComment(string query, int place)
    {
        var depth = 0;
        for (var end = place; end + 1 < query.Length; end++)
        {
            if (query[end] == '/' && query[end + 1] == '*' && (depth == 0 || !HasBackslashes))
            {
                depth++;
                end++;
            }
            else if (query[end] == '*' && query[end + 1] == '/')
            {
                depth--;
                end++;
                if (depth == 0)
                {
                    return end + 1;
                }
            }
        }

        return query.Length;
    }

    /// <summary><c>E'...'</c>, in which a backslash has a meaning.</summary>
    private static bool IsEscapeText(string query, int quote) =>
        quote > 0 && query[quote - 1] is 'e' or 'E' && (quote == 1 || !(char.IsLetterOrDigit(query[quote - 2]) || query[quote - 2] == '_'));

    [GeneratedRegex(@"\$([A-Za-z_\u0080-\uffff][\w]*)?\$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dollars();

    [GeneratedRegex(@"\bLIMIT\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MySqlLimits();

    [GeneratedRegex(@"(?<!@)@(?!@)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MySqlVariables();

    [GeneratedRegex(@"\b(LIMIT|OFFSET|FETCH\s+(FIRST|NEXT))\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PostgreSqlLimits();

    [GeneratedRegex(@"\bSELECT\s+((DISTINCT|ALL)\s+)?TOP\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MsSqlLimits();
}
