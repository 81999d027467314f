using Connectors.Sources;
using Connectors.Sync.Configuration;
using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Content.Extraction;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sync.Configuration;

public sealed class ServiceConfigurationTests
{
    [Fact]
    public void AnEmptyFileGivesTheDefaultsOfTheOptions()
    {
        var configuration = Read("");

        Assert.Equal(new SyncEngineOptions { StateFolder = "/etc/connectors/state" }, configuration.Engine);
        Assert.Equal(
            new ServiceOptions() with
            {
                StateFolder = "/etc/connectors/state",
                PluginsFolder = "/etc/connectors/plugins",
            },
            configuration.Service
        );
        var defaults = new ElasticsearchOptions();
        Assert.Equal(defaults.Hosts, configuration.Elasticsearch.Hosts);
        Assert.Equal(defaults with { Hosts = [], Headers = Empty }, configuration.Elasticsearch with { Hosts = [], Headers = Empty });
        Assert.Equal(BuiltInSources.Classes.Keys, configuration.NativeServiceTypes);
        Assert.Empty(configuration.Connectors);
        Assert.Empty(configuration.Notices);
    }

    [Fact]
    public void NestedAndDottedKeysMeanTheSame()
    {
        var nested = Read("elasticsearch:\n  bulk:\n    chunk_size: 7\n    max_concurrency: 3\n");
        var dotted = Read("elasticsearch.bulk.chunk_size: 7\nelasticsearch:\n  bulk.max_concurrency: 3\n");

        Assert.Equal(7, nested.Engine.Bulk.MaxOperations);
        Assert.Equal(3, nested.Engine.Bulk.MaxConcurrency);
        Assert.Equal(nested.Engine.Bulk, dotted.Engine.Bulk);
    }

    [Fact]
    public void ValuesAreTakenFromTheEnvironmentWhereTheFileSaysSo()
    {
        var configuration = Read(
            "elasticsearch:\n  host: http://${HOST:search}:${PORT}\n  username: ${NAME:}\n  api_key: 'k$${y}'\nservice.idling: "
                + "${IDLING:15}",
            ("PORT", "9201")
        );

        Assert.Equal(new Uri("http://search:9201"), Assert.Single(configuration.Elasticsearch.Hosts));
        Assert.Null(configuration.Elasticsearch.Username);
        Assert.Equal("k${y}", configuration.Elasticsearch.ApiKey!.Reveal());
        Assert.Equal(TimeSpan.FromSeconds(15), configuration.Service.Idling);
    }

    [Fact]
    public void TheEnvironmentWinsOverTheFile()
    {
        var configuration = Read(
            "elasticsearch.host: http://file:9200\nconnectors:\n  - connector_id: a\n    service_type: dir\n    api_key: "
                + "old\nnative_service_types: [s3]",
            ("Connectors__elasticsearch__host", "http://one:9200,http://two:9200"),
            ("CONNECTORS__ELASTICSEARCH__BULK__CHUNK_SIZE", "9"),
            ("Connectors__connectors__0__api_key", "new"),
            ("Connectors__native_service_types", "dir, mongodb")
        );

        Assert.Equal([new Uri("http://one:9200"), new Uri("http://two:9200")], configuration.Elasticsearch.Hosts);
        Assert.Equal(9, configuration.Engine.Bulk.MaxOperations);
        Assert.Equal("new", Assert.Single(configuration.Connectors).ApiKey!.Reveal());
        Assert.Equal(["dir", "mongodb"], configuration.NativeServiceTypes);
    }

    [Theory]
    [InlineData("service: {worker_mode: true, service_types: [mongodb, s3]}", "mongodb, s3", null)]
    [InlineData("service: {worker_mode: true, service_types: [mongodb]}\nnative_service_types: [s3, mongodb]", "s3, mongodb", null)]
    [InlineData("service: {worker_mode: true, service_types: [oracle, s3]}", "s3", "there is no source for the service type \"oracle\"")]
    [InlineData(
        "service: {service_types: [mongodb]}\nnative_service_types: [s3]",
        "s3",
        "without effect: set service.worker_mode to true, or write the types under native_service_types."
    )]
    public void ThePythonServicesWorkerModeNamesServiceTypesToo(string text, string types, string? notice)
    {
        var configuration = Read(text);

        Assert.Equal(types, string.Join(", ", configuration.NativeServiceTypes));
        Assert.Equal(notice is null ? 0 : 1, configuration.Notices.Count);
        Assert.All(configuration.Notices, found => Assert.Contains(notice!, $"{found}", StringComparison.Ordinal));
        Assert.All(configuration.Notices, found => Assert.StartsWith("service.service_types", found.Key, StringComparison.Ordinal));
    }

    [Fact]
    public void AServiceWithoutCredentialsUsesTheFirstKeyOfItsConnectors()
    {
        const string Connectors =
            "connectors:\n  - {connector_id: a, service_type: dir}\n  - {connector_id: b, service_type: dir, api_key: key-b}\n  - "
            + "{connector_id: c, service_type: dir, api_key: key-c}\n";

        var configuration = Read(Connectors);
        Assert.Equal("key-b", configuration.Elasticsearch.ApiKey!.Reveal());
        Assert.Equal(
            "config.yml:2: connectors: there are no credentials under elasticsearch: connectors and jobs are read and written with the "
                + "api_key of connector \"b\".",
            Assert.Single(configuration.Notices).ToString()
        );

        Assert.Equal("own", Read(Connectors + "elasticsearch.api_key: own").Elasticsearch.ApiKey!.Reveal());
        var user = Read(Connectors + "elasticsearch: {username: u, password: p}").Elasticsearch;
        Assert.Equal(("u", null), (user.Username, user.ApiKey));
    }

    [Fact]
    public void EverySectionIsRead()
    {
        var configuration = Read(
            """
            elasticsearch:
              host:
                - https://one:9200
                - https://two:9200
              username: elastic
              password: secret
              verify_certs: no
              ssl_assert_fingerprint: aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99
              headers:
                X-Team: search
              skip_unchanged: false
              delete_guard:
                max_percent: 50
                max_documents: 0
              bulk:
                chunk_max_mem_size: 0.5
                error_monitor:
                  enabled: off
            service:
              log_level: debug
              state_dir: ../state
            connectors:
              - connector_id: a
                service_type: gdrive
            sources:
              gdrive: MyCompany.GDrive.GoogleDriveDataSource, MyCompany.GDrive
            """
        );

        Assert.Equal(2, configuration.Elasticsearch.Hosts.Count);
        Assert.False(configuration.Elasticsearch.VerifyCertificates);
        Assert.Equal(
            "AABBCCDDEEFF00112233445566778899AABBCCDDEEFF00112233445566778899",
            configuration.Elasticsearch.CertificateFingerprint
        );
        Assert.Equal("search", configuration.Elasticsearch.Headers["x-team"].Reveal());
        Assert.False(configuration.Engine.SkipUnchanged);
        Assert.Equal(512 * 1024, configuration.Engine.Bulk.MaxRequestBytes);
        Assert.Equal(int.MaxValue, configuration.Engine.Rejections.MaxTotal);
        Assert.Equal(LogLevel.Debug, configuration.Service.LogLevel);
        Assert.Equal("/etc/state", configuration.Service.StateFolder);
        Assert.Equal(new DeleteGuardOptions { MaxPercent = 50, MaxDocuments = 0 }, configuration.Engine.DeleteGuard);
        Assert.Equal(new ConnectorEntry("a", "gdrive", null, "config.yml:23"), Assert.Single(configuration.Connectors));
        Assert.Empty(configuration.NativeServiceTypes);
        Assert.Equal("MyCompany.GDrive.GoogleDriveDataSource, MyCompany.GDrive", configuration.Sources["gdrive"]);
    }

    [Fact]
    public void SettingsOfThePythonServiceThatWeDoNotNeedAreANotice()
    {
        var configuration = Read(
            """
            connector_id: a
            service_type: dir
            elasticsearch.bulk.display_every: 100
            extraction_service:
              use_file_pointers: true
            native_service_types: [mongodb, oracle]
            sources:
              mongodb: connectors.sources.mongo:MongoDataSource
              oracle: connectors.sources.oracle:OracleDataSource
              mine: mypackage.sources:MineDataSource
            """
        );

        Assert.Equal(new ConnectorEntry("a", "dir", null, "config.yml:1"), Assert.Single(configuration.Connectors));
        Assert.Equal(
            [
                "config.yml:1: connector_id: the old form. Write an entry under connectors instead.",
                "config.yml:3: elasticsearch.bulk.display_every: known from the Python service, without effect here: progress is logged "
                    + "by time, not by count.",
                "config.yml:5: extraction_service.use_file_pointers: known from the Python service, without effect here: files are sent "
                    + "to the extraction service, never left for it in a folder.",
                "config.yml:6: native_service_types: there is no source for the service type \"oracle\": its connectors are not served. "
                    + "Oracle Database needs a plug-in, as Oracle's driver comes under a licence of its own; docs/writing-a-source.md shows "
                    + "how to write one.",
                "config.yml:8: sources.mongodb: a Python class, without effect here: the built-in source mongodb is used.",
                "config.yml:9: sources.oracle: a Python class, without effect here: Oracle Database needs a plug-in, as Oracle's driver "
                    + "comes under a licence of its own; docs/writing-a-source.md shows how to write one.",
                "config.yml:10: sources.mine: a Python class, without effect here: there is no built-in source of that name. "
                    + "docs/writing-a-source.md shows how to write one.",
            ],
            configuration.Notices.Select(notice => notice.ToString())
        );
    }

    [Theory]
    [InlineData("Connectors.Sync.Sources.AzureBlobs.AzureBlobDataSource", "azure_blob_storage")]
    [InlineData("Connectors.Sync.Sources.Directory.DirectoryDataSource", "dir")]
    [InlineData("Connectors.Sync.Sources.HttpJson.HttpJsonDataSource", "http_json")]
    [InlineData("Connectors.Sync.Sources.MongoDB.MongoDataSource", "mongodb")]
    [InlineData("Connectors.Sync.Sources.MySql.MySqlDataSource", "mysql")]
    [InlineData("Connectors.Sync.Sources.PostgreSql.PostgreSqlDataSource", "postgresql")]
    [InlineData("Connectors.Sync.Sources.Redis.RedisDataSource", "redis")]
    [InlineData("Connectors.Sync.Sources.S3.S3DataSource", "s3")]
    public void AClassByAFormerNameIsTheOneOfTodayAndTheNoticeNamesIt(string former, string serviceType)
    {
        var today = BuiltInSources.Classes[serviceType];
        foreach (var name in new[] { $"{former}, Connectors.Sync", $"{former},Connectors.Sync, Version=0.1.0.0, Culture=neutral" })
        {
            var configuration = Read($"sources:\n  {serviceType}: '{name}'\n  other: '{name}'");

            Assert.Equal((today, today), (configuration.Sources[serviceType], configuration.Sources["other"]));
            Assert.Equal(
                [
                    $"config.yml:2: sources.{serviceType}: the class is called {today} now. Write that, or leave the entry out: a "
                        + "built-in source needs none.",
                    $"config.yml:3: sources.other: the class is called {today} now. Write that.",
                ],
                configuration.Notices.Select(notice => notice.ToString())
            );
        }
    }

    [Fact]
    public void NamesOfTodayAndOfOthersStayAsTheyAre()
    {
        const string Others = "Connectors.Sync.Sources.Oracle.OracleDataSource, Connectors.Sync";
        var configuration = Read($"sources:\n  s3: {BuiltInSources.Classes["s3"]}\n  oracle: {Others}");

        Assert.Equal((BuiltInSources.Classes["s3"], Others), (configuration.Sources["s3"], configuration.Sources["oracle"]));
        Assert.Empty(configuration.Notices);
    }

    [Fact]
    public void FilesBecomeTextAsConfigured()
    {
        var content = Read(
            """
            service: {max_text_size: 1000, max_file_download_size: 2000}
            local_extraction: {enabled: true, processes: 3, timeout: 1.5, max_memory: 256}
            extraction_service: {host: "http://localhost:8090", timeout: 7}
            """
        ).Engine.Content;

        Assert.Equal((1000, 2000L), (content.MaxTextBytes, content.MaxBytes));
        Assert.Equal(
            new LocalExtractionOptions
            {
                Processes = 3,
                TimeLimit = TimeSpan.FromSeconds(1.5),
                MemoryLimitBytes = 256L * 1024 * 1024,
            },
            content.Local
        );
        Assert.Equal(
            new ExtractionServiceOptions { Host = new Uri("http://localhost:8090"), Timeout = TimeSpan.FromSeconds(7) },
            content.Service
        );
        Assert.Null(Read("local_extraction.processes: 3").Engine.Content.Local);
    }

    [Fact]
    public void SecretsDoNotShowWhenTheConfigurationIsPrinted()
    {
        var configuration = Read(
            "elasticsearch:\n  api_key: hunter2\n  headers: {Authorization: hunter3}\nconnectors:\n  - {connector_id: a, service_type: "
                + "dir, api_key: hunter4}"
        );

        var text =
            configuration.Elasticsearch
            + string.Join(' ', configuration.Elasticsearch.Headers)
            + string.Join(' ', configuration.Connectors);

        Assert.Contains("***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", text, StringComparison.Ordinal);
    }

    private static Dictionary<string, Connectors.Abstractions.Secret> Empty { get; } = [];

    private static ServiceConfiguration Read(string yaml, params (string Name, string Value)[] environment)
    {
        var outcome = ServiceConfigurationReader.Read(
            "config.yml",
            "/etc/connectors",
            yaml,
            environment.ToDictionary(pair => pair.Name, pair => pair.Value),
            Shipped.Classes
        );
        Assert.Empty(outcome.Problems);
        return outcome.Configuration!;
    }
}
