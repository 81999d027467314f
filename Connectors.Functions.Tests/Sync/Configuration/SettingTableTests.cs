using System.Text.RegularExpressions;
using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Configuration.Settings;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Configuration;

public sealed partial class SettingTableTests
{
    [Fact]
    public void TheReferenceIsWhatTheDeclarationsSay() => Approved.Verify(SettingReference.Render(), "docs/configuration.md");

    [Fact]
    public void EverySettingHasAUniqueKeyAMeaningAndAValidDefault()
    {
        Assert.True(SettingTable.All.Count > 60);
        Assert.Equal(SettingTable.All.Count, SettingTable.All.Select(setting => setting.Key).Distinct().Count());
        Assert.All(SettingTable.All, setting =>
        {
            Assert.EndsWith(".", setting.Meaning.TrimEnd(')'), StringComparison.Ordinal);
            Assert.True(setting.DefaultText.Length == 0 || setting.Accepts(setting.DefaultText), setting.Key);
        });
    }

    [Fact]
    public void TheSampleFileIsValidAsItIsAndWithEverythingUncommented()
    {
        var sample = File.ReadAllText(Path.Combine(Approved.Root, "config.yml"));
        var plain = ServiceConfigurationReader.Read("config.yml", Approved.Root, sample, new Dictionary<string, string>(), Shipped.Classes);
        Assert.Empty(plain.Problems);
        Assert.Equal(new Uri("http://127.0.0.1:9200"), Assert.Single(plain.Configuration!.Elasticsearch.Hosts));

        // Prose in the file starts with a capital letter; a setting that is commented out does not.
        var settings = CommentedSetting().Replace(sample, "${indent}${setting}");
        var environment = new Dictionary<string, string> { ["ELASTIC_PASSWORD"] = "x" };
        var all = ServiceConfigurationReader.Read("config.yml", Approved.Root, settings, environment, Shipped.Classes);
        var problem = Assert.Single(all.Problems);
        Assert.Contains("http_ca.crt does not exist", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EverySettingOfThePythonServiceIsKnown()
    {
        string[] python =
        [
            "elasticsearch.host",
            "elasticsearch.username",
            "elasticsearch.password",
            "elasticsearch.api_key",
            "elasticsearch.ssl",
            "elasticsearch.ca_certs",
            "elasticsearch.verify_certs",
            "elasticsearch.headers.X-Found",
            "elasticsearch.bulk.queue_max_size",
            "elasticsearch.bulk.queue_max_mem_size",
            "elasticsearch.bulk.queue_refresh_interval",
            "elasticsearch.bulk.queue_refresh_timeout",
            "elasticsearch.bulk.display_every",
            "elasticsearch.bulk.chunk_size",
            "elasticsearch.bulk.max_concurrency",
            "elasticsearch.bulk.chunk_max_mem_size",
            "elasticsearch.bulk.max_retries",
            "elasticsearch.bulk.retry_interval",
            "elasticsearch.bulk.concurrent_downloads",
            "elasticsearch.bulk.enable_operations_logging",
            "elasticsearch.bulk.error_monitor.enabled",
            "elasticsearch.bulk.error_monitor.max_total_errors",
            "elasticsearch.bulk.error_monitor.max_consecutive_errors",
            "elasticsearch.bulk.error_monitor.max_error_rate",
            "elasticsearch.bulk.error_monitor.error_window_size",
            "elasticsearch.max_retries",
            "elasticsearch.retry_interval",
            "elasticsearch.retry_on_timeout",
            "elasticsearch.request_timeout",
            "elasticsearch.max_wait_duration",
            "elasticsearch.initial_backoff_duration",
            "elasticsearch.backoff_multiplier",
            "elasticsearch.log_level",
            "elasticsearch.feature_use_connectors_api",
            "service.idling",
            "service.heartbeat",
            "service.preflight_max_attempts",
            "service.preflight_idle",
            "service.max_errors",
            "service.max_errors_span",
            "service.max_concurrent_content_syncs",
            "service.max_concurrent_access_control_syncs",
            "service.max_concurrent_scheduling_tasks",
            "service.max_file_download_size",
            "service.job_cleanup_interval",
            "service.log_level",
            "service.fips_mode",
            "extraction_service.host",
            "extraction_service.timeout",
            "extraction_service.use_file_pointers",
            "extraction_service.stream_chunk_size",
            "extraction_service.shared_volume_dir",
            "connectors.0.connector_id",
            "connectors.0.service_type",
            "connectors.0.api_key",
            "native_service_types",
            "native_service_types.0",
            "sources.mongodb",
            "connector_id",
            "service_type",
            "elasticsearch.bulk.max_text_document_size",
            "elasticsearch.bulk.error_monitor.error_queue_size",
            "service.worker_mode",
            "service.service_types",
            "service.service_types.0",
        ];

        Assert.All(python, key => Assert.True(SettingTable.Find(key, ignoreCase: false, out _) is { IsPython: true }, key));
    }

    [GeneratedRegex("^(?<indent> *)# (?<setting> *(- )?[a-z_]+:( |$))", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommentedSetting();
}
