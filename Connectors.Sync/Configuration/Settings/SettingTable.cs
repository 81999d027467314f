using System.Globalization;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>All settings of the service, in the order of the reference.</summary>
internal static class SettingTable
{
    /// <summary>Every setting.</summary>
    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        .. ElasticsearchSettings.All,
        .. BulkSettings.All,
        .. LoopSettings.All,
        .. ExtractionSettings.All,
        .. ConnectorSettings.All,
        .. SettingsWithoutEffect.All,
    ];

    /// <summary>The setting that a key of the file names, or <see langword="null"/>.</summary>
    /// <param name="key">The key with list positions as numbers: <c>connectors.0.api_key</c>.</param>
    /// <param name="ignoreCase">Environment variables may be written in any case.</param>
    /// <param name="canonical">The key as the table writes it.</param>
    public static ServiceSetting? Find(string key, bool ignoreCase, out string canonical)
    {
        var segments = key.Split('.');
        foreach (var setting in All)
        {
            if (Matches(setting, segments, ignoreCase))
            {
                canonical = string.Join(
                    '.',
                    segments.Select(
                        (segment, i) =>
                            i < setting.Segments.Count && setting.Segments[i] is not ("#" or "*") ? setting.Segments[i] : segment
                    )
                );
                return setting;
            }
        }

        canonical = key;
        return null;
    }

    /// <summary>Whether settings stand below this key.</summary>
    public static bool IsSection(string key)
    {
        var segments = key.Split('.');
        return All.Any(setting => setting.Segments.Count > segments.Length && SegmentsMatch(setting, segments, ignoreCase: false));
    }

    /// <summary>The names that may stand directly below a section; the top level for the empty key.</summary>
    public static IEnumerable<string> NamesIn(string section)
    {
        var segments = section.Length == 0 ? [] : section.Split('.');
        return All.Where(setting =>
                setting.NoEffect is null && setting.Segments.Count > segments.Length && SegmentsMatch(setting, segments, ignoreCase: false)
            )
            .Select(setting => setting.Segments[segments.Length])
            .Where(name => name is not ("#" or "*"))
            .Distinct();
    }

    private static bool Matches(ServiceSetting setting, string[] segments, bool ignoreCase)
    {
        var pattern = setting.Segments;
        if (pattern[^1] == "*")
        {
            return segments.Length >= pattern.Count && SegmentsMatch(setting, segments[..(pattern.Count - 1)], ignoreCase);
        }

        var isListItem = setting.IsList && segments.Length == pattern.Count + 1 && IsPosition(segments[^1]);
        return (isListItem || segments.Length == pattern.Count) && SegmentsMatch(setting, segments[..pattern.Count], ignoreCase);
    }

    private static bool SegmentsMatch(ServiceSetting setting, string[] segments, bool ignoreCase)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        for (var i = 0; i < segments.Length; i++)
        {
            var matches = setting.Segments[i] switch
            {
                "#" => IsPosition(segments[i]),
                "*" => true,
                var name => string.Equals(name, segments[i], comparison),
            };
            if (!matches)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPosition(string segment) => int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
