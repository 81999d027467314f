namespace Connectors.Abstractions;

/// <summary>Makes names that Elasticsearch takes.</summary>
internal static class FieldNames
{
    /// <summary>The name with its blank parts, which Elasticsearch refuses (an empty name, <c>.x</c>, <c>a..b</c>), made underscores; but
    /// for empty ones at the end, which Elasticsearch drops.</summary>
    public static string WithoutBlankParts(string name)
    {
        var kept = name.TrimEnd('.');
        if (string.IsNullOrWhiteSpace(kept))
        {
            return "_";
        }

        var parts = kept.Split('.');
        return Array.Exists(parts, string.IsNullOrWhiteSpace)
            ? string.Join('.', parts.Select(part => string.IsNullOrWhiteSpace(part) ? "_" : part)) + name[kept.Length..]
            : name;
    }

    /// <summary>Names for the fields of one object, in order: without blank parts, none twice, and, at the top of a body, none that is
    /// reserved.</summary>
    public static IReadOnlyList<string> Unique(IEnumerable<string> wanted, bool isTop, IEnumerable<string>? taken = null)
    {
        var given = new HashSet<string>(taken ?? [], StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var item in wanted)
        {
            var name = WithoutBlankParts(item);
            if (isTop && ReservedFields.Contains(System.Text.Encoding.UTF8.GetBytes(name)))
            {
                name += "_";
            }

            while (!given.Add(name))
            {
                name += "_";
            }

            names.Add(name);
        }

        return names;
    }
}
