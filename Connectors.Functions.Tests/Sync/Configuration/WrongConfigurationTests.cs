using Connectors.Sources;
using Connectors.Sync.Configuration.Loading;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Configuration;

/// <summary>Wrong configurations, each with exactly what the operator is told.</summary>
public sealed class WrongConfigurationTests
{
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["ELASTIC_PASSWORD"] = "hunter2",
        ["CHUNK"] = "abc",
    };

    public static TheoryData<string, string> Faults =>
        new()
        {
            {
                "elasticsearch:\n  hots: http://localhost:9200",
                "config.yml:2: elasticsearch.hots: unknown setting. Did you mean elasticsearch.host?"
            },
            {
                "elasticsearch.bulk.chunksize: 5",
                "config.yml:1: elasticsearch.bulk.chunksize: unknown setting. Did you mean elasticsearch.bulk.chunk_size?"
            },
            {
                "elasticsearch:\n  chunk_size: 5",
                "config.yml:2: elasticsearch.chunk_size: unknown setting. Did you mean elasticsearch.bulk.chunk_size?"
            },
            {
                "Elasticsearch:\n  host: http://localhost:9200",
                "config.yml:1: Elasticsearch: unknown setting. Did you mean elasticsearch?"
            },
            { "servcie:\n  idling: 5\n  heartbeat: 60", "config.yml:1: servcie: unknown setting. Did you mean service?" },
            {
                "conectors:\n  - connector_id: a\n    service_type: dir",
                "config.yml:1: conectors: unknown setting. Did you mean connectors?"
            },
            {
                "service:\n  connector_id: a",
                "config.yml:2: service.connector_id: unknown setting. Did you mean connectors[].connector_id?"
            },
            {
                "elasticsearch:\n  pasword: hunter2",
                "config.yml:2: elasticsearch.pasword: unknown setting. Did you mean elasticsearch.password?"
            },
            {
                "service:\n  colour: blue",
                "config.yml:2: service.colour: unknown setting. service knows: idling, heartbeat, preflight_max_attempts, "
                    + "preflight_idle, max_errors, max_errors_span, "
                    + "max_concurrent_content_syncs, max_concurrent_access_control_syncs, max_concurrent_scheduling_tasks, "
                    + "max_concurrent_partitions, page_documents, page_mem_size, pages_in_flight, "
                    + "source_retry_time_limit, source_call_time_limit, max_file_download_size, max_text_size, job_cleanup_interval, "
                    + "log_level, delete_orphaned_content, state_dir, plugins_dir, worker_mode, service_types."
            },
            {
                "colour: blue",
                "config.yml:1: colour: unknown setting. The top level knows: elasticsearch, service, local_extraction, "
                    + "extraction_service, connectors, native_service_types, sources, connector_id, service_type."
            },
            {
                "elasticsearch: http://localhost:9200",
                "config.yml:1: elasticsearch: a section, but a single value is written. Write its settings below it: host, username, "
                    + "password, api_key, ca_certs, verify_certs, ssl_assert_fingerprint, request_timeout, retry_on_timeout, "
                    + "max_retries, retry_interval, max_wait_duration, "
                    + "initial_backoff_duration, backoff_multiplier, headers, feature_use_connectors_api, skip_unchanged, delete_guard, "
                    + "bulk."
            },
            {
                "connectors: mine",
                "config.yml:1: connectors: a list, but a single value is written. Write entries below it: - connector_id: ID"
            },
            {
                "service:\n  idling:\n    seconds: 5",
                "config.yml:3: service.idling.seconds: service.idling takes a single value, not a section or list."
            },
            {
                "service:\n  idling: soon",
                "config.yml:2: service.idling: \"soon\" is not a number of seconds from 0.1 to 3600. The default is 30."
            },
            {
                "service:\n  idling: 0",
                "config.yml:2: service.idling: \"0\" is not a number of seconds from 0.1 to 3600. The default is 30."
            },
            {
                "elasticsearch.bulk.chunk_size: 0",
                "config.yml:1: elasticsearch.bulk.chunk_size: \"0\" is not a whole number from 1 to 10000. The default is 500."
            },
            {
                "elasticsearch.bulk.chunk_size: 1.5",
                "config.yml:1: elasticsearch.bulk.chunk_size: \"1.5\" is not a whole number from 1 to 10000. The default is 500."
            },
            {
                "elasticsearch.bulk.chunk_size: ${CHUNK}",
                "config.yml:1: elasticsearch.bulk.chunk_size: \"${CHUNK}\" is not a whole number from 1 to 10000. The default is 500."
            },
            {
                "elasticsearch.bulk.chunk_max_mem_size: 101",
                "config.yml:1: elasticsearch.bulk.chunk_max_mem_size: \"101\" is not a number of MiB from 0.0625 to 100. The default is 5."
            },
            {
                "elasticsearch.bulk.error_monitor.max_error_rate: 15%",
                "config.yml:1: elasticsearch.bulk.error_monitor.max_error_rate: \"15%\" is not a number from 0 to 1. The default is 0.15."
            },
            {
                "elasticsearch.verify_certs: maybe",
                "config.yml:1: elasticsearch.verify_certs: \"maybe\" is not true or false. The default is true."
            },
            {
                "service.log_level: LOUD",
                "config.yml:1: service.log_level: \"LOUD\" is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL. The default is INFO."
            },
            {
                "elasticsearch.host: localhost:9200",
                "config.yml:1: elasticsearch.host: the value is not an address. Write it with scheme and port: http://localhost:9200."
            },
            {
                "elasticsearch.host: []",
                "config.yml:1: elasticsearch.host: an empty list. Write at least one address, for example http://localhost:9200."
            },
            {
                "elasticsearch.host: https://elastic:hunter2@localhost:9200",
                "config.yml:1: elasticsearch.host: the address holds a user or password. Move them to elasticsearch.username and "
                    + "elasticsearch.password."
            },
            {
                "elasticsearch.host: elastic:hunter2@localhost",
                "config.yml:1: elasticsearch.host: the value is not an address. Write it with scheme and port: http://localhost:9200."
            },
            {
                "elasticsearch.username: elastic",
                "config.yml:1: elasticsearch.username: set without elasticsearch.password. Set both, or use elasticsearch.api_key."
            },
            {
                "elasticsearch.password: hunter2",
                "config.yml:1: elasticsearch.password: set without elasticsearch.username. Set both, or use elasticsearch.api_key."
            },
            {
                "elasticsearch:\n  username: elastic\n  password: ${ELASTIC_PASSWORD}\n  api_key: hunter3",
                "config.yml:4: elasticsearch.api_key: set together with elasticsearch.username or elasticsearch.password. Keep one way "
                    + "to log in."
            },
            {
                "elasticsearch.password: ${NOT_SET}\nelasticsearch.username: elastic",
                "config.yml:1: elasticsearch.password: the environment variable NOT_SET is not set. Set it, or write ${NOT_SET:default}.\n"
                    + "config.yml:2: elasticsearch.username: set without elasticsearch.password. Set both, or use elasticsearch.api_key."
            },
            {
                "elasticsearch.host: http://${HOST",
                "config.yml:1: elasticsearch.host: a ${ without its }. Write ${NAME} or ${NAME:default}, or $${ for a plain ${."
            },
            {
                "elasticsearch.host: http://${MY-HOST}",
                "config.yml:1: elasticsearch.host: a ${...} whose name is not that of an environment variable (letters, digits and _). "
                    + "Write ${NAME} or ${NAME:default}, or $${ for a plain ${."
            },
            {
                "elasticsearch.ca_certs: no/such.pem",
                "config.yml:1: elasticsearch.ca_certs: the file /nowhere/no/such.pem does not exist. Give the path of a PEM file."
            },
            {
                "elasticsearch.ssl_assert_fingerprint: AB:CD",
                "config.yml:1: elasticsearch.ssl_assert_fingerprint: the value is not a SHA-256 fingerprint: 64 hexadecimal digits, with "
                    + "or without colons."
            },
            {
                "elasticsearch:\n  max_wait_duration: 10\n  initial_backoff_duration: 60",
                "config.yml:3: elasticsearch.initial_backoff_duration: 60 is more than elasticsearch.max_wait_duration (10). Make it "
                    + "smaller."
            },
            {
                "service:\n  idling: 5\nservice.idling: 6",
                "config.yml:3: service.idling: set a second time; the first is at config.yml:2. Keep one of them."
            },
            {
                "elasticsearch:\n  password: *hunter2\n  username: elastic",
                "config.yml:2: elasticsearch.password: a value that starts with * is a YAML alias, which is not supported here. Put it "
                    + "into single quotes if it is meant as text.\n"
                    + "config.yml:3: elasticsearch.username: set without elasticsearch.password. Set both, or use elasticsearch.api_key."
            },
            {
                "elasticsearch:\n  password: \"hunter2\n  username: elastic",
                "config.yml:2: this is not valid YAML (column 13). Check the indentation, and put values with : # * & ! % @ or quotes in "
                    + "them into single quotes."
            },
            { "elasticsearch:\n\thost: x", "config.yml:2: the line is indented with a tab. YAML allows spaces only." },
            { "just text", "config.yml:1: the file must consist of settings, each written as key: value." },
            {
                "service.idling: 5\n---\nservice.heartbeat: 5",
                "config.yml:2: a second YAML document starts here (---). Keep everything in one."
            },
            {
                "connectors:\n  - service_type: dir",
                "config.yml:2: connectors.0.connector_id: missing. Write the id of the connector, as Kibana or `elastic-ingest list` "
                    + "shows it."
            },
            {
                "connectors:\n  - connector_id: a",
                "config.yml:2: connectors.0.service_type: missing. Write the connector's service type, one of "
                    + $"{string.Join(", ", BuiltInSources.Classes.Keys)}."
            },
            {
                "connectors:\n  - connector_id: a\n    service_type: mongdb",
                "config.yml:3: connectors.0.service_type: there is no source for the service type \"mongdb\". Did you mean mongodb?"
            },
            {
                "connectors:\n  - connector_id: a\n    service_type: lotus_notes",
                "config.yml:3: connectors.0.service_type: there is no source for the service type \"lotus_notes\". There are "
                    + $"{string.Join(", ", BuiltInSources.Classes.Keys)}; add others under sources."
            },
            {
                "connectors:\n  - {connector_id: a, service_type: dir}\n  - {connector_id: a, service_type: s3}",
                "config.yml:3: connectors.1.connector_id: the connector \"a\" is listed a second time. Keep one entry."
            },
            {
                "connectors:\n  - {conector_id: a, connector_id: b, service_type: dir}",
                "config.yml:2: connectors.0.conector_id: unknown setting. Did you mean connectors.0.connector_id?"
            },
            {
                "extraction_service.host: localhost",
                "config.yml:1: extraction_service.host: \"localhost\" is not an address. Write it with scheme and port: "
                    + "http://localhost:8090."
            },
            {
                "extraction_service.host: http://me:hunter2@host",
                "config.yml:1: extraction_service.host: the address holds a user or password, and the extraction service knows neither. "
                    + "Leave them out."
            },
            {
                "local_extraction.max_memory: 1",
                "config.yml:1: local_extraction.max_memory: \"1\" is not a number of MiB from 32 to 2047. The default is 512."
            },
            {
                "elasticsearch.max_retries: hunter2",
                "config.yml:1: elasticsearch.max_retries: the value is not a whole number from 0 to 100. The default is 5."
            },
            {
                "elasticsearch.verify_certs: hunter2!",
                "config.yml:1: elasticsearch.verify_certs: the value is not true or false. The default is true."
            },
            {
                "service.log_level: ApiKey hunter2",
                "config.yml:1: service.log_level: the value is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL. The default is INFO."
            },
            {
                "connectors:\n  - connector_id: a\n    service_type: hunter2",
                "config.yml:3: connectors.0.service_type: there is no source for the service type that is written here. There are "
                    + $"{string.Join(", ", BuiltInSources.Classes.Keys)}; add others under sources."
            },
            {
                "sources:\n  gdrive: GoogleDrive",
                "config.yml:2: sources.gdrive: \"GoogleDrive\" is not the name of a class. Write it as Namespace.Type, Assembly."
            },
            {
                "sources:\n  oracle: connectors.sources.oracle:Oracle DataSource",
                "config.yml:2: sources.oracle: the value is not the name of a class. Write it as Namespace.Type, Assembly."
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void EachFaultIsToldInWordsThatHelp(string yaml, string expected)
    {
        var outcome = ServiceConfigurationReader.Read("config.yml", "/nowhere", yaml, Environment, Shipped.Classes);

        Assert.Null(outcome.Configuration);
        var told = string.Join('\n', outcome.Problems);
        Assert.Equal(expected, told);
        Assert.DoesNotContain("hunter", told, StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaultsAreToldInOneGoAndInTheOrderOfTheFile()
    {
        var outcome = ServiceConfigurationReader.Read(
            "config.yml",
            "/nowhere",
            "service:\n  idling: soon\nelasticsearch:\n  hots: x\n  bulk:\n    chunk_size: many",
            new Dictionary<string, string> { ["Connectors__service__heartbeat"] = "never" },
            Shipped.Classes
        );

        Assert.Equal(
            [
                "config.yml:2: service.idling: \"soon\" is not a number of seconds from 0.1 to 3600. The default is 30.",
                "config.yml:4: elasticsearch.hots: unknown setting. Did you mean elasticsearch.host?",
                "config.yml:6: elasticsearch.bulk.chunk_size: \"many\" is not a whole number from 1 to 10000. The default is 500.",
                "environment variable Connectors__service__heartbeat: service.heartbeat: \"never\" is not a number of seconds from 1 to "
                    + "3600. The default is 300.",
            ],
            outcome.Problems.Select(problem => problem.ToString())
        );
    }

    [Fact]
    public void AnUnknownVariableWithOurPrefixIsAFaultToo()
    {
        var outcome = ServiceConfigurationReader.Read(
            "config.yml",
            "/nowhere",
            "",
            new Dictionary<string, string> { ["Connectors__elasticsearch__hosst"] = "hunter2" },
            Shipped.Classes
        );

        Assert.Equal(
            "environment variable Connectors__elasticsearch__hosst: elasticsearch.hosst: unknown setting. Did you mean elasticsearch.host?",
            Assert.Single(outcome.Problems).ToString()
        );
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        var outcome = ServiceConfigurationReader.Read("no/such/config.yml", new Dictionary<string, string>(), Shipped.Classes);

        Assert.Equal(
            "no/such/config.yml: not found. Give the path of the configuration with -c.",
            Assert.Single(outcome.Problems).ToString()
        );
    }

    [Fact]
    public void AFolderInPlaceOfAFileIsSaidToBeOne()
    {
        using var folder = new TemporaryFolder();

        var outcome = ServiceConfigurationReader.Read(folder.Path, new Dictionary<string, string>(), Shipped.Classes);

        Assert.Equal(
            $"{folder.Path}: is a folder. Give the path of the configuration in it with -c.",
            Assert.Single(outcome.Problems).ToString()
        );
    }
}
