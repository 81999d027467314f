using System.Text.RegularExpressions;

namespace Connectors.Sources.Databases.Sql.Rules;

/// <summary>
/// How a database's SQL is quoted and commented, so that what a query says can be told from what it only mentions. What servers read in
/// several ways is refused: a query is put into brackets, and must not get out of them.
/// </summary>
internal sealed partial class SqlQuoting
{
    private SqlQuoting() { }

    /// <summary>MySQL and MariaDB, with the <c>sql_mode</c> that the source sets.</summary>
    public static SqlQuoting MySql { get; } =
        new()
        {
            Limits = MySqlLimits(),
            Variables = MySqlVariables(),
            IsMySql = true,
        };

    /// <summary>PostgreSQL, with the <c>standard_conforming_strings</c> that the source sets.</summary>
    public static SqlQuoting PostgreSql { get; } = new() { Limits = PostgreSqlLimits(), IsPostgreSql = true };

    /// <summary>T-SQL, where OFFSET and FETCH can't stand without ORDER BY.</summary>
    public static SqlQuoting MsSql { get; } = new() { Limits = MsSqlLimits() };

    /// <summary>What takes only some rows of a query.</summary>
    public required Regex Limits { get; init; }

    /// <summary>Variables that the driver would take for parameters; <see langword="null"/> where it takes none.</summary>
    public Regex? Variables { get; private init; }

    private bool IsMySql { get; init; }

    private bool IsPostgreSql { get; init; }

    /// <summary>A query with spaces in the place of texts, quoted names and comments.</summary>
    /// <param name="query">The query.</param>
    /// <param name="problem">What makes that impossible, as the end of a sentence; <see langword="null"/> when nothing does.</param>
    public string Outline(string query, out string? problem)
    {
        var outline = query.ToCharArray();
        problem =
            query.Contains('\0', StringComparison.Ordinal) || LoneReturn().IsMatch(query)
                ? "has a line end or a character that servers read in several ways."
                : null;
        for (var place = 0; place < query.Length && problem is null;)
        {
            problem = WhyNot(query, place);
            var end = EndOfQuoted(query, place);
            if (end > query.Length)
            {
                problem ??= "has a quote or a comment without its end.";
                break;
            }

            outline.AsSpan(place, end - place).Fill(' ');
            place = Math.Max(end, place + 1);
        }

        return new string(outline);
    }

    /// <summary>What begins here and is not taken.</summary>
    private string? WhyNot(string query, int place)
    {
        var rest = query.AsSpan(place);
        return
            IsMySql && (rest.StartsWith("/*!") || rest.StartsWith("/*M!", StringComparison.OrdinalIgnoreCase))
                ? "has a comment that the server carries out (/*!)."
            : IsPostgreSql && rest[0] == '$' ? "has a dollar sign outside of quotes. Write texts as '...'."
            : IsPostgreSql
            && rest is ['e' or 'E', '\'', ..]
            && (place == 0 || !(char.IsLetterOrDigit(query[place - 1]) || query[place - 1] is '_' or > '\x7f'))
                ? "has a text of the form E'...'. Write it as '...'."
            : null;
    }

    /// <summary>Where what is quoted or commented from a place on ends; the place itself when nothing begins there, and more than the
    /// query's length when it does not end.</summary>
    private int EndOfQuoted(string query, int place)
    {
        var next = place + 1 < query.Length ? query[place + 1] : '\0';
        return query[place] switch
        {
            '\'' or '"' => EndOf(query, place, query[place], hasBackslashes: IsMySql),
            '`' when IsMySql => EndOf(query, place, '`', hasBackslashes: false),
            '[' when !IsMySql && !IsPostgreSql => EndOf(query, place, ']', hasBackslashes: false),
            '#' when IsMySql => EndOfLine(query, place),

            // MySQL takes --1 for a sum.
            '-' when next == '-' && (!IsMySql || place + 2 == query.Length || query[place + 2] <= ' ') => EndOfLine(query, place),
            '/' when next == '*' => EndOfComment(query, place),
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

        return query.Length + 1;
    }

    private static int EndOfLine(string query, int place) =>
        query.AsSpan(place).IndexOf('\n') is >= 0 and var end ? place + end : query.Length;

    /// <summary>Comments may hold others, but in MySQL.</summary>
    private int EndOfComment(string query, int place)
    {
        var depth = 0;
        for (var end = place; end + 1 < query.Length; end++)
        {
            if (query[end] == '/' && query[end + 1] == '*' && (depth == 0 || !IsMySql))
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

        return query.Length + 1;
    }

    [GeneratedRegex(@"\r(?!\n)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LoneReturn();

    [GeneratedRegex(@"\bLIMIT\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MySqlLimits();

    [GeneratedRegex(@"(?<!@)@(?!@)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MySqlVariables();

    [GeneratedRegex(@"\b(LIMIT|OFFSET|FETCH\s+(FIRST|NEXT))\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PostgreSqlLimits();

    [GeneratedRegex(@"\bSELECT\s+((DISTINCT|ALL)\s+)?TOP\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MsSqlLimits();
}
