namespace Connectors.Sync.Configuration.Settings;

/// <summary>Suggests the setting that an unknown key was probably meant to be.</summary>
internal static class SettingSuggestion
{
    /// <summary>The valid key closest to an unknown one: a misspelt name, or a name in the wrong section.</summary>
    internal static string? ForKey(string key)
    {
        var cut = key.LastIndexOf('.');
        var section = cut < 0 ? "" : key[..cut];
        var name = key[(cut + 1)..];
        var near = KeySuggestion.Nearest(name, SettingTable.NamesIn(section));
        if (near is not null)
        {
            return section.Length == 0 ? near : $"{section}.{near}";
        }

        var counting = SettingTable.All.Where(setting => setting.NoEffect is null).Select(setting => setting.Key).ToArray();
        var other =
            counting.FirstOrDefault(candidate => candidate.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase))
            ?? KeySuggestion.Nearest(key, counting.Where(candidate => !candidate.EndsWith('*')));
        return other?.Replace(".#.", "[].", StringComparison.Ordinal);
    }
}
