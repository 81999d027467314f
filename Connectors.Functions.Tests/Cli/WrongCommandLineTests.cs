using Xunit;

namespace Connectors.Tests.Cli;

public sealed class WrongCommandLineTests
{
    [Theory]
    [InlineData("pol", 2, "pol: unknown command. Did you mean poll?\nSee elastic-ingest --help.\n")]
    [InlineData("sorce list", 2, "sorce: unknown command. Did you mean source?\nSee elastic-ingest --help.\n")]
    [InlineData(
        "frobnicate list",
        2,
        "frobnicate: unknown command. There are init, doctor, poll, sync, preview, connector, job, source, list, config, cleanup, "
            + "completion, "
            + "emulator, demo.\nSee elastic-ingest --help.\n"
    )]
    [InlineData(
        "frobnicate",
        2,
        "frobnicate: unknown command. There are init, doctor, poll, sync, preview, connector, job, source, list, config, cleanup, "
            + "completion, "
            + "emulator, demo.\nSee elastic-ingest --help.\n"
    )]
    [InlineData("connector shwo list", 2, "shwo: unknown command. Did you mean show?\nSee elastic-ingest connector --help.\n")]
    [InlineData("connector edti x", 2, "edti: unknown command. Did you mean edit?\nSee elastic-ingest connector --help.\n")]
    [InlineData("source show", 2, "TYPE: missing. Service type, as `source list` shows it.\nSee elastic-ingest source show --help.\n")]
    [InlineData("job maybe", 2, "maybe: unknown command. There are list, show, cancel, tail.\nSee elastic-ingest job --help.\n")]
    [InlineData(
        "job list maybe",
        2,
        "maybe: unknown argument. list takes nothing but options: --connector, --status, --limit.\nSee elastic-ingest job list --help.\n"
    )]
    [InlineData(
        "preview a maybe",
        2,
        "maybe: unknown argument. preview takes ID and options: --limit, --max-text.\nSee elastic-ingest preview --help.\n"
    )]
    [InlineData("doctor maybe", 2, "maybe: unknown argument. doctor takes nothing.\nSee elastic-ingest doctor --help.\n")]
    [InlineData(
        "list conectors",
        2,
        "WHAT: \"conectors\" is not one of connectors, sources. Did you mean connectors?\nSee elastic-ingest list --help.\n"
    )]
    [InlineData(
        "poll --log-level eror",
        2,
        "--log-level: \"eror\" is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL. Did you mean ERROR?\n"
            + "See elastic-ingest poll --help.\n"
    )]
    [InlineData("completion fish", 2, "SHELL: \"fish\" is not one of bash, zsh, pwsh.\nSee elastic-ingest completion --help.\n")]
    [InlineData(
        "connector edit a --name ",
        2,
        "--name: empty. Write --name NAME, or leave the option out.\nSee elastic-ingest connector edit --help.\n"
    )]
    [InlineData(
        "connector edit a --reduce-whitespace maybe",
        2,
        "--reduce-whitespace: \"maybe\" is not one of true, false.\nSee elastic-ingest connector edit --help.\n"
    )]
    [InlineData("poll --onesync", 2, "--onesync: unknown option. Did you mean --one-sync?\nSee elastic-ingest poll --help.\n")]
    [InlineData("sync a --reindx", 2, "--reindx: unknown option. Did you mean --reindex?\nSee elastic-ingest sync --help.\n")]
    [InlineData(
        "sync a --incremental --reindex",
        2,
        "sync: Writing every document again requires a full read: remove --reindex or --incremental.\n"
    )]
    [InlineData(
        "sync a --deletes-only --no-deletes",
        2,
        "--deletes-only and --no-deletes: a sync is of one kind. Leave one out.\nSee elastic-ingest sync --help.\n"
    )]
    [InlineData(
        "connector create --service-typ dir --index a",
        2,
        "--service-typ: unknown option. Did you mean --service-type?\nSee elastic-ingest connector create --help.\n"
    )]
    [InlineData(
        "connector create --index a",
        2,
        "--service-type TYPE: missing. Its source, as `source list` shows it.\nSee elastic-ingest connector create --help.\n"
    )]
    [InlineData(
        "connector",
        2,
        "elastic-ingest connector takes one of these:\n  list    Shows the connectors with their state; the same as `list connectors`.\n"
            + "  create  Makes a connector and prints its id.\n"
            + "  show    Shows one connector with its state, schedule and settings, as JSON. Secrets are left out.\n"
            + "  edit    Changes only the named settings of a connector.\n"
            + "  delete  Deletes a connector. Its index and the history of its syncs stay, unless --index names the index or "
            + "service.delete_orphaned_content is set.\nSee elastic-ingest connector --help.\n"
    )]
    [InlineData(
        "connector create",
        2,
        "--service-type TYPE: missing. Its source, as `source list` shows it.\n"
            + "--index NAME: missing. The index to fill; no other connector may have it.\nSee elastic-ingest connector create --help.\n"
    )]
    [InlineData(
        "source",
        2,
        "elastic-ingest source takes one of these:\n  list  Shows the sources: what each mirrors, and what it can.\n"
            + "  show  Shows one source with its fields: type, default, limits, what it means, and how to begin.\nSee elastic-ingest "
            + "source --help.\n"
    )]
    [InlineData("sync", 2, "ID: missing. Id or name of the connector, as `connector list` shows it.\nSee elastic-ingest sync --help.\n")]
    [InlineData(
        "preview ",
        2,
        "ID: empty. Id or name of the connector, as `connector list` shows it.\nSee elastic-ingest preview --help.\n"
    )]
    [InlineData(
        "connector delete  --yes",
        2,
        "ID: empty. Id or name of the connector, as `connector list` shows it.\nSee elastic-ingest connector delete --help.\n"
    )]
    [InlineData("job show ", 2, "JOB: empty. Id of the job, as `job list` shows it.\nSee elastic-ingest job show --help.\n")]
    [InlineData(
        "job list --connector ",
        2,
        "--connector: empty. Write --connector ID, or leave the option out.\nSee elastic-ingest job list --help.\n"
    )]
    [InlineData("emulator --port 70000", 2, "--port: \"70000\" is not a port from 0 to 65535.\nSee elastic-ingest emulator --help.\n")]
    [InlineData("--action list --action poll", 2, "--action list can't be combined with other actions.\n")]
    [InlineData("--action config", 2, "--action config needs --service-type TYPE.\n")]
    [InlineData("config mongdb", 2, "There is no source for the service type \"mongdb\". Did you mean mongodb?\n")]
    [InlineData("connector create --service-type dri --index a", 2, "There is no source for the service type \"dri\". Did you mean dir?\n")]
    [InlineData(
        "connector create --service-type dir --index a --set directry=/",
        2,
        "--set directry: there is no such field. Did you mean directory?\n"
    )]
    [InlineData(
        "connector create --service-type dir --index a --set directory",
        2,
        "--set directory: a value is missing. Write it as --set field=value.\n"
    )]
    [InlineData(
        "connector create --service-type mongodb --index a --set ssl_enabled=maybe",
        2,
        "--set ssl_enabled: \"maybe\" is not true or false.\n"
    )]
    [InlineData(
        "connector create --service-type mongodb --index a --set password=@/no/such/file",
        2,
        "--set password: the file /no/such/file can't be read.\n"
    )]
    [InlineData(
        "connector create --service-type dir --index a --schedule daily",
        2,
        "--schedule: 'daily' is not a cron expression: it has 1 field. Write six fields: second, minute, hour, "
            + "day of month, month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC.\n"
    )]
    [InlineData("help sorce", 2, "sorce: unknown command. Did you mean source?\nSee elastic-ingest --help.\n")]
    [InlineData(
        "connector edit a --schedule daily",
        2,
        "--schedule: 'daily' is not a cron expression: it has 1 field. Write six fields: second, minute, hour, "
            + "day of month, month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC.\n"
    )]
    public async Task WhatIsWrongIsSaidWithTheNearestRightWord(string line, int code, string expected)
    {
        using var cli = new CliRun();

        var actual = await cli.RunAsync(line.Split(' '));

        Assert.Equal(expected, cli.Error.ToString());
        Assert.Equal("", cli.Out.ToString());
        Assert.Equal(code, actual);
    }

    [Fact]
    public async Task AWrongConfigurationIsToldAsAWholeAndEndsWithThree()
    {
        using var cli = new CliRun();
        await File.WriteAllTextAsync(
            cli.ConfigFile,
            "elasticsearch:\n  hots: x\n  request_timeout: soon\n",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(3, await cli.RunAsync("poll"));

        Assert.Equal(
            "config.yml:2: elasticsearch.hots: unknown setting. Did you mean elasticsearch.host?\n"
                + "config.yml:3: elasticsearch.request_timeout: \"soon\" is not a number of seconds from 1 to 3600. The default is 120.\n",
            cli.Error.ToString().ReplaceLineEndings("\n")
        );
    }

    [Fact]
    public async Task AnElasticsearchThatDoesNotAnswerEndsWithFour()
    {
        using var cli = new CliRun(new Uri("http://127.0.0.1:1"));

        Assert.Equal(4, await cli.RunAsync("list", "connectors"));

        Assert.Contains("http://127.0.0.1:1", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connector edit a --reduce-whitespace", "--reduce-whitespace", "true|false", "connector edit")]
    [InlineData("preview a --limit", "--limit", "N", "preview")]
    [InlineData("poll --config-file", "--config-file", "FILE", "poll")]
    public async Task AnOptionWithoutItsValueIsToldWhatToWrite(string line, string option, string value, string command)
    {
        using var cli = new CliRun();

        Assert.Equal(2, await cli.RunBareAsync(line.Split(' ')));

        Assert.Equal(
            $"{option}: its value is missing. Write {option} {value}.\nSee elastic-ingest {command} --help.\n",
            cli.Error.ToString()
        );
    }
}
