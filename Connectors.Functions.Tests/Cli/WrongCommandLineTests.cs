using Xunit;

namespace Connectors.Tests.Cli;

public sealed class WrongCommandLineTests
{
    [Theory]
    [InlineData("pol", 2, "pol: unknown command. Did you mean poll?\nSee elastic-ingest --help.\n")]
    [InlineData("sorce list", 2, "sorce: unknown command. Did you mean source?\nSee elastic-ingest --help.\n")]
    [InlineData("frobnicate list", 2, "frobnicate: unknown command.\nSee elastic-ingest --help.\n")]
    [InlineData("connector shwo list", 2, "shwo: unknown command. Did you mean show?\nSee elastic-ingest connector --help.\n")]
    [InlineData("connector edti x", 2, "edti: unknown command. Did you mean edit?\nSee elastic-ingest connector --help.\n")]
    [InlineData("source show", 2, "Required argument 'TYPE' missing for command: 'show'.\nSee elastic-ingest source show --help.\n")]
    [InlineData("frobnicate", 2, "frobnicate: unknown command.\nSee elastic-ingest --help.\n")]
    [InlineData("poll --onesync", 2, "--onesync: unknown option. Did you mean --one-sync?\nSee elastic-ingest poll --help.\n")]
    [InlineData("sync a --reindx", 2, "--reindx: unknown option. Did you mean --reindex?\nSee elastic-ingest sync --help.\n")]
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
    [InlineData("connector create --index a", 2, "Option '--service-type' is required.\nSee elastic-ingest connector create --help.\n")]
    [InlineData("connector", 2, "Required command was not provided.\nSee elastic-ingest connector --help.\n")]
    [InlineData("sync", 2, "Required argument 'ID' missing for command: 'sync'.\nSee elastic-ingest sync --help.\n")]
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
    [InlineData("connector create --service-type dir --index a --set directory", 2, "--set directory: write --set directory=value.\n")]
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
        "--schedule: 'daily' is not a cron expression: Illegal characters for this position: 'DAI'. Write six fields: second, minute, "
            + "hour, day of month, month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC.\n"
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
}
