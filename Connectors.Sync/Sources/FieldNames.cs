namespace Connectors.Sync.Sources;

/// <summary>What Elasticsearch makes of a field's name: dots divide it into the names of objects within each other.</summary>
internal static class FieldNames
{
    /// <summary>A part that is empty or blank becomes an underscore, but for empty ones at the end, which Elasticsearch drops.</summary>
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
}
