using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>A query that a user wrote, taken apart as far as it has to be completed.</summary>
/// <param name="Columns">What is selected.</param>
/// <param name="Object">What it is selected from.</param>
/// <param name="Rest">Everything after it.</param>
internal sealed record SoqlQuery(IReadOnlyList<string> Columns, string Object, string Rest)
{
    /// <summary>Whether it groups records, which then have no id.</summary>
    public bool IsGrouped => HasWord("GROUP");

    private bool IsLimited => HasWord("LIMIT");

    /// <summary>Takes a query apart; <see langword="null"/> when it is none.</summary>
    public static SoqlQuery? Parse(string text)
    {
        var words = Words(text).ToList();
        var from = words.FindIndex(word => Is(word.Text, "FROM"));
        if (words.Count == 0 || !Is(words[0].Text, "SELECT") || from < 2 || from + 1 >= words.Count)
        {
            return null;
        }

        var begin = words[0].At + words[0].Text.Length;
        var name = words[from + 1];
        return new SoqlQuery(Split(text[begin..words[from].At]), name.Text.TrimEnd(','), text[(name.At + name.Text.Length)..].Trim());
    }

    /// <summary>
    /// The query with id and time of the last change, and with the names of the fields in the place of <c>FIELDS(...)</c>, which could
    /// only be read up to the 2,000th record.
    /// </summary>
    /// <exception cref="ConnectorException">It would be too long.</exception>
    public async Task<string> CompleteAsync(SalesforceSchema schema, CancellationToken cancellationToken)
    {
        var columns = new List<string>();
        foreach (var column in Columns)
        {
            columns.AddRange(await ExpandAsync(column, schema, cancellationToken));
        }

        if (!columns.Any(column => Is(column, "FIELDS(ALL)") || Is(column, "FIELDS(STANDARD)")))
        {
            columns.AddRange(SalesforceQueries.Identity.Except(columns, StringComparer.OrdinalIgnoreCase));
        }

        var query = $"SELECT {string.Join(", ", columns.Distinct(StringComparer.OrdinalIgnoreCase))} FROM {Object} {Rest}".TrimEnd();
        return query.Length <= SalesforceQueries.MaxLength
            ? query
            : throw new ConnectorException(
                $"A rule selects more fields of {Object} than fit into one query. Name those that you need in place of FIELDS()."
            );
    }

    private async Task<IEnumerable<string>> ExpandAsync(string column, SalesforceSchema schema, CancellationToken cancellationToken)
    {
        // With a limit of its own it is one page, as Salesforce demands.
        var kind = IsLimited ? string.Empty : string.Concat(column.Where(letter => !char.IsWhiteSpace(letter))).ToUpperInvariant();
        if (kind is not ("FIELDS(ALL)" or "FIELDS(STANDARD)" or "FIELDS(CUSTOM)"))
        {
            return [column];
        }

        var described = await schema.DescribeAsync(Object, cancellationToken);
        return kind switch
        {
            "FIELDS(ALL)" => described.Fields,
            "FIELDS(CUSTOM)" => described.CustomFields,
            _ => described.Fields.Except(described.CustomFields, StringComparer.Ordinal),
        };
    }

    private bool HasWord(string word) => Words(Rest).Any(found => Is(found.Text, word));

    private static bool Is(string text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The columns, divided at commas outside of parentheses.</summary>
    private static List<string> Split(string columns)
    {
        var (parts, depth, begin) = (new List<string>(), 0, 0);
        for (var index = 0; index < columns.Length; index++)
        {
            depth += Step(columns[index]);
            if (columns[index] == ',' && depth == 0)
            {
                parts.Add(columns[begin..index].Trim());
                begin = index + 1;
            }
        }

        parts.Add(columns[begin..].Trim());
        return parts.FindAll(part => part.Length > 0);
    }

    /// <summary>The words outside of parentheses and of quoted texts.</summary>
    private static IEnumerable<(string Text, int At)> Words(string text)
    {
        var (depth, begin, inText) = (0, -1, false);
        for (var index = 0; index <= text.Length; index++)
        {
            var letter = index < text.Length ? text[index] : ' ';
            var isWord = !inText && depth == 0 && letter is not ('(' or ')' or '\'') && !char.IsWhiteSpace(letter);
            if (!isWord && begin >= 0)
            {
                yield return (text[begin..index], begin);
                begin = -1;
            }
            else if (isWord && begin < 0)
            {
                begin = index;
            }

            if (inText && letter == '\\')
            {
                // What comes behind it stands for itself.
                index++;
                continue;
            }

            inText ^= letter == '\'';
            depth += inText ? 0 : Step(letter);
        }
    }

    private static int Step(char letter) =>
        letter switch
        {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
}
