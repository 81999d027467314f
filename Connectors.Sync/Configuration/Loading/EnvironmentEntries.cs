using Connectors.Sync.Configuration.Settings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>
/// Settings from environment variables: <c>Connectors__elasticsearch__host</c>, <c>Connectors__connectors__0__api_key</c>. They override
/// the file.
/// </summary>
internal static class EnvironmentEntries
{
    private const string Prefix = "Connectors__";

    /// <summary>Overlays the variables' values on those of the file.</summary>
    public static void Apply(IEnumerable<KeyValuePair<string, string>> environment, Dictionary<string, ConfigEntry> entries)
    {
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || name.Length == Prefix.Length)
            {
                continue;
            }

            var written = name[Prefix.Length..].Replace("__", ".", StringComparison.Ordinal);
            var setting = SettingTable.Find(written, ignoreCase: true, out var key);
            if (setting is { IsList: true } && key == setting.Key)
            {
                foreach (var item in entries.Keys.Where(existing => existing.StartsWith(key + ".", StringComparison.Ordinal)).ToArray())
                {
                    entries.Remove(item);
                }
            }

            entries[key] = new ConfigEntry(key, value.Length == 0 ? null : value, value, $"environment variable {name}")
            {
                IsFromEnvironment = true,
            };
        }
    }
}
