using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>The tables that the field <c>tables</c> names: all (<c>*</c>), all but some (<c>*, -log</c>), or these.</summary>
internal sealed record SqlTableChoice
{
    /// <summary>What stands for all tables.</summary>
    public const string All = "*";

    private SqlTableChoice(IReadOnlyList<string> named, bool isAll, IReadOnlySet<string> excluded)
    {
        Named = named;
        IsAll = isAll;
        Excluded = excluded;
    }

    /// <summary>Tables by name; empty when all are meant.</summary>
    public IReadOnlyList<string> Named { get; }

    public bool IsAll { get; }

    /// <summary>Tables that are left out of all.</summary>
    public IReadOnlySet<string> Excluded { get; }

    /// <exception cref="ConnectorException">No table is named.</exception>
    public static SqlTableChoice From(SourceSettings settings, string field)
    {
        var parts = settings.GetList(field).Distinct(StringComparer.Ordinal).ToArray();
        var excluded = parts.Where(part => part.StartsWith('-')).Select(part => part[1..].Trim()).ToHashSet(StringComparer.Ordinal);
        var isAll = parts.Contains(All, StringComparer.Ordinal);
        string[] named = isAll ? [] : [.. parts.Where(part => !part.StartsWith('-'))];
        if (excluded.Contains(string.Empty))
        {
            throw new ConnectorException($"{field}: a minus without a name. Write '*, -one, -other' for all tables but some.");
        }

        return isAll || named.Length > 0
            ? new SqlTableChoice(named, isAll, excluded)
            : throw new ConnectorException($"{field}: no table. Name tables, or * for all, or '*, -one, -other' for all but some.");
    }

    public bool Contains(string table) => IsAll ? !Excluded.Contains(table) : Named.Contains(table, StringComparer.Ordinal);
}
