using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Reads settings from entries and collects all problems.</summary>
internal sealed class ConfigReader(
    Dictionary<string, ConfigEntry> entries,
    string file,
    List<ConfigProblem> problems,
    List<ConfigProblem> notices
)
{
    /// <summary>Faults so far.</summary>
    public List<ConfigProblem> Problems => problems;

    /// <summary>Notices so far.</summary>
    public List<ConfigProblem> Notices => notices;

    /// <summary>Whether the setting has a value.</summary>
    public bool Has(ServiceSetting setting) => entries.TryGetValue(setting.Key, out var entry) && entry.Text is not null;

    /// <summary>The entry at exactly this key, or <see langword="null"/>.</summary>
    public ConfigEntry? Entry(string key) => entries.GetValueOrDefault(key);

    /// <summary>The entries below a key.</summary>
    public IEnumerable<ConfigEntry> Below(string key) =>
        entries.Values.Where(entry => entry.Key.StartsWith(key + ".", StringComparison.Ordinal));

    /// <summary>The location of a setting, or the file.</summary>
    public string LocationOf(string key) => Entry(key)?.Location ?? Below(key).FirstOrDefault()?.Location ?? file;

    /// <summary>The setting's value, or its default when it is not set or invalid; invalid values are reported.</summary>
    public T Get<T>(ServiceSetting<T> setting) => Get(setting, setting.Key);

    /// <summary>The same for a setting in a list or with a free name.</summary>
    public T Get<T>(ServiceSetting<T> setting, string key)
    {
        if (!entries.TryGetValue(key, out var entry) || entry.Text is null)
        {
            return setting.Default;
        }

        if (setting.Type.Parse(entry.Text, out var value))
        {
            return value;
        }

        var hint = setting.DefaultText.Length == 0 ? "" : $" The default is {setting.DefaultText}.";
        Problem(entry, $"{Shown(setting, entry)} is not {setting.Expectation}.{hint}");
        return setting.Default;
    }

    /// <summary>A list, written as a YAML list or separated by commas.</summary>
    public IReadOnlyList<ConfigEntry> GetList(ServiceSetting<IReadOnlyList<string>> setting)
    {
        if (entries.TryGetValue(setting.Key, out var entry) && entry.Text is not null)
        {
            _ = setting.Type.Parse(entry.Text, out var items);
            return [.. items!.Select(item => entry with { Text = item, Written = entry.Written == entry.Text ? item : entry.Written })];
        }

        var listed = Below(setting.Key)
            .Where(item => item.Text is not null)
            .OrderBy(item => item.Key.Length)
            .ThenBy(item => item.Key, StringComparer.Ordinal)
            .ToArray();
        return listed.Length > 0 || Entry(setting.Key) is { Shape: EntryShape.Empty }
            ? listed
            : [.. setting.Default.Select(item => new ConfigEntry(setting.Key, item, item, file))];
    }

    /// <summary>Reports unknown keys, and keys without effect.</summary>
    public void CheckKeys()
    {
        foreach (var entry in entries.Values)
        {
            var setting = SettingTable.Find(entry.Key, ignoreCase: false, out _);
            if (setting is { NoEffect: { } reason })
            {
                notices.Add(new ConfigProblem(entry.Location, entry.Key, $"known from the Python service, without effect here: {reason}."));
            }
            else if (setting is null)
            {
                CheckUnknown(entry);
            }
        }
    }

    /// <summary>Adds a problem for an entry.</summary>
    public void Problem(ConfigEntry entry, string message) => problems.Add(new ConfigProblem(entry.Location, entry.Key, message));

    /// <summary>Adds a problem for a setting, wherever it is set.</summary>
    public void Problem(string key, string message) => problems.Add(new ConfigProblem(LocationOf(key), key, message));

    /// <summary>Adds a notice.</summary>
    public void Notice(string key, string message) => notices.Add(new ConfigProblem(LocationOf(key), key, message));

    /// <summary>
    /// The value for a message. A value substituted from an environment variable is shown by its name; a value that may be a credential is
    /// not shown.
    /// </summary>
    public static string Shown(ServiceSetting setting, ConfigEntry entry) => setting.IsSecret ? "the value" : Redactor.Quote(entry.Written);

    private void CheckUnknown(ConfigEntry entry)
    {
        if (SettingTable.IsSection(entry.Key))
        {
            if (entry is { Shape: EntryShape.Value, Text: not null })
            {
                var names = SettingTable.NamesIn(entry.Key).ToArray();
                Problem(
                    entry,
                    names.Length > 0 ? $"a section, but a single value is written. Write its settings below it: {string.Join(", ", names)}."
                        : entry.Key is "connectors" ? "a list, but a single value is written. Write entries below it: - connector_id: ID"
                        : "a section, but a single value is written. Write name: value below it."
                );
            }

            return;
        }

        if (FindMisspeltSection(entry) is { } misspelt)
        {
            // Once, however much stands below it.
            if (!problems.Contains(misspelt))
            {
                problems.Add(misspelt);
            }

            return;
        }

        var parent = Parent(entry.Key);
        if (parent.Length > 0 && SettingTable.Find(parent, ignoreCase: false, out _) is { IsList: false } single)
        {
            Problem(entry, $"{single.Key} takes a single value, not a section or list.");
            return;
        }

        var suggestion = SettingSuggestion.ForKey(entry.Key);
        var section = Parent(entry.Key);
        while (section.Length > 0 && !SettingTable.IsSection(section))
        {
            section = Parent(section);
        }

        Problem(
            entry,
            suggestion is not null
                ? $"unknown setting. Did you mean {suggestion}?"
                : $"unknown setting. {(section.Length == 0 ? "The top level knows" : $"{section} knows")}: "
                    + $"{string.Join(", ", SettingTable.NamesIn(section))}."
        );
    }

    private static ConfigProblem? FindMisspeltSection(ConfigEntry entry)
    {
        var section = entry.Key.Split('.')[0];
        return entry.SectionLocation is { } location
            && location != entry.Location
            && !SettingTable.IsSection(section)
            && SettingTable.Find(section, ignoreCase: false, out _) is null
            && KeySuggestion.Nearest(section, SettingTable.NamesIn("")) is { } near
            ? new ConfigProblem(location, section, $"unknown setting. Did you mean {near}?")
            : null;
    }

    private static string Parent(string key)
    {
        var cut = key.LastIndexOf('.');
        return cut < 0 ? "" : key[..cut];
    }
}
