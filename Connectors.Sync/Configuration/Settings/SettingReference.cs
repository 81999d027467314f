using System.Text;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Writes docs/configuration.md from the declarations.</summary>
internal static class SettingReference
{
    /// <summary>The whole page.</summary>
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Configuration

            `config.yml` in the current folder, or the file given with `-c`. The keys are those of Elastic's Python service. This page is
            generated from the declarations in `Connectors.Sync/Configuration/Settings`; a test keeps it true.

            - Sections may be nested or written with dots: `elasticsearch.bulk.chunk_size: 500` is the same as three levels.
            - `${NAME}` is replaced by the environment variable NAME, which must be set; `${NAME:default}` has a default. `$${` is a
              plain `${`.
            - An environment variable wins over the file: `Connectors__elasticsearch__host`, `Connectors__connectors__0__api_key` (two
              underscores between levels, positions in a list as numbers, any case).
            - All faults are reported in one go, each with file, line, key and what would be right. Unknown keys are faults. Secrets
              are never shown.
            - An empty value means the default. Relative paths are relative to the configuration file.
            - Durations are numbers of seconds. `yes`, `on`, `no` and `off` are accepted for true and false.


            """.ReplaceLineEndings("\n")
        );

        Section(text, "elasticsearch", ElasticsearchSettings.All);
        Section(text, "elasticsearch.bulk", BulkSettings.All);
        Section(text, "service", LoopSettings.All);
        Section(text, "local_extraction, extraction_service", ExtractionSettings.All);
        Section(text, "connectors, native_service_types, sources", ConnectorSettings.All);
        text.Append(
            "## Accepted without effect\n\nSettings of the Python service that are not needed here. They cause a notice at startup, not "
                + "an error.\n\n| key | why |\n|---|---|\n"
        );
        foreach (var setting in SettingsWithoutEffect.All)
        {
            text.Append($"| `{setting.Key}` | {setting.NoEffect} |\n");
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<ServiceSetting> settings)
    {
        text.Append($"## {title}\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var setting in settings)
        {
            var value = setting.TypeName;
            if (setting.Range.Length > 0)
            {
                value += $", {setting.Range}";
            }

            if (setting.Unit.Length > 0)
            {
                value += $", {setting.Unit}";
            }

            var fallback = setting.DefaultText.Length == 0 ? "" : $"`{setting.DefaultText}`";
            var key = setting.Key.Replace(".#.", "[].", StringComparison.Ordinal).Replace(".*", ".NAME", StringComparison.Ordinal);
            text.Append(
                $"| `{key}` | {value} | {fallback} | {setting.Meaning}{(setting.IsPython ? "" : " *(not in the Python service)*")} |\n"
            );
        }

        text.Append('\n');
    }
}
