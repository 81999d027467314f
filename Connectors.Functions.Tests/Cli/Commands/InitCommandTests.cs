using System.Text.Json.Nodes;
using Connectors.Cli;
using Connectors.Cli.Init;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

/// <summary><c>init</c> from a script: nobody is asked.</summary>
public sealed class InitCommandTests : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun();
        File.Delete(_cli.ConfigFile);
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public void AFileThatCanNotTakeItsPlaceLeavesNothingBeside()
    {
        Directory.CreateDirectory(_cli.ConfigFile);

        var failure = Assert.Throws<CliException>(() => ConfigWriter.Write(_cli.ConfigFile, "service: {}", holdsSecret: true));

        Assert.StartsWith($"{_cli.ConfigFile} can't be written: ", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_cli.ConfigFile)!, "*.new"));
    }

    [Theory]
    [InlineData(
        "init",
        "--host URL; --api-key @env:ELASTICSEARCH_API_KEY (or --username with --password, or --no-credentials); --service-type TYPE (or "
            + "--no-source); --index NAME"
    )]
    [InlineData("init --host http://127.0.0.1:1 --username u --no-source", "--password @env:ELASTICSEARCH_PASSWORD")]
    [InlineData("init --host http://127.0.0.1:1 --no-credentials --service-type dir", "--index NAME")]
    public async Task WithoutATerminalWhatIsMissingIsNamedInOneLine(string line, string missing)
    {
        Assert.Equal(2, await _cli.RunAsync(line.Split(' ')));

        Assert.Equal($"init: not on a terminal. Missing: {missing}.\n", _cli.Error.ToString());
        Assert.False(File.Exists(_cli.ConfigFile));
    }

    [Fact]
    public async Task WhatItWritesIsAllThatDoctorAndSyncNeed()
    {
        Assert.Equal(
            0,
            await InitAsync(
                "--service-type",
                "dir",
                "--set",
                $"directory={_cli.Files("a.txt")}",
                "--index",
                "search-files",
                "--id",
                "f1",
                "--name",
                "files",
                "--schedule",
                "0 0 * * * ?"
            )
        );

        Assert.StartsWith(
            $"{_cli.ConfigFile} is written.\nConnector files (f1) mirrors dir into search-files.\n\nNext:\n  elastic-ingest doctor -c ",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "f1")!)!;
        Assert.Equal(("configured", "0 0 * * * ?"), ((string?)connector["status"], (string?)connector["scheduling"]!["full"]!["interval"]));
        Assert.Empty(Read().Notices);
        Assert.Equal(0, await _cli.RunAsync("doctor"));
        Assert.Equal(0, await _cli.RunAsync("sync", "files"));
        Assert.Equal(1, _elasticsearch.Count("search-files"));
    }

    [Fact]
    public async Task TheTextOfFilesIsReadWhereTheSourceHasFiles()
    {
        await using var server = await JsonServer.StartAsync("[]", TestContext.Current.CancellationToken);

        Assert.Equal(0, await InitAsync("--service-type", "dir", "--set", $"directory={_cli.Files("a.txt")}", "--index", "search-files"));
        Assert.NotNull(Read().Engine.Content.Local);

        string[] items = ["--service-type", "http_json", "--set", $"url={server.Address}", "--set", "allowed_hosts=127.0.0.1"];
        Assert.Equal(0, await InitAsync([.. items, "--index", "search-items", "--force"]));
        Assert.Null(Read().Engine.Content.Local);
    }

    [Fact]
    public async Task AFileThatIsThereStaysUnlessForcedAndIsKeptBesideTheNewOne()
    {
        await File.WriteAllTextAsync(_cli.ConfigFile, "# mine\n", TestContext.Current.CancellationToken);

        Assert.Equal(1, await InitAsync("--no-source"));
        Assert.Equal("# mine\n", await File.ReadAllTextAsync(_cli.ConfigFile, TestContext.Current.CancellationToken));
        Assert.Contains("Add --force", _cli.Error.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await InitAsync("--no-source", "--force"));
        Assert.Equal("# mine\n", await File.ReadAllTextAsync(_cli.ConfigFile + ".bak", TestContext.Current.CancellationToken));
        Assert.Equal(_elasticsearch.Uri, Read().Elasticsearch.Hosts[0]);
    }

    [Fact]
    public async Task AKeyOfTheEnvironmentIsOnlyReferredTo()
    {
        _cli.Variables["MY_KEY"] = "c2VjcmV0";

        Assert.Equal(0, await _cli.RunAsync("init", "--host", _elasticsearch.Uri.ToString(), "--api-key", "@env:MY_KEY", "--no-source"));

        var text = await File.ReadAllTextAsync(_cli.ConfigFile, TestContext.Current.CancellationToken);
        Assert.Contains("api_key: \"${MY_KEY}\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", text + _cli.Out + _cli.Error, StringComparison.Ordinal);
        Assert.Equal("c2VjcmV0", Read().Elasticsearch.ApiKey!.Reveal());
    }

    [Fact]
    public async Task APasswordThatIsWrittenIsReadAgainAsItWasAndByItsOwnerOnly()
    {
        const string Password = "pa\"ss: ${HOME} # 'x'\\";
        _cli.Input = Password + "\n";

        Assert.Equal(
            0,
            await _cli.RunAsync("init", "--host", _elasticsearch.Uri.ToString(), "--username", "elastic", "--password", "@-", "--no-source")
        );

        Assert.Equal(("elastic", Password), (Read().Elasticsearch.Username, Read().Elasticsearch.Password!.Reveal()));
        Assert.DoesNotContain("pa\"ss", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_cli.ConfigFile));
            Assert.Contains(", readable by you only.\n", _cli.Out.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ASourceThatDoesNotAnswerLeavesNothingBehind()
    {
        Assert.Equal(1, await InitAsync("--service-type", "dir", "--set", "directory=/no/such/folder", "--index", "search-files"));

        Assert.Contains("/no/such/folder", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.ConfigFile));
        Assert.Equal(0, _elasticsearch.Count(".elastic-connectors"));
    }

    [Fact]
    public async Task AnIndexThatHoldsDocumentsIsTold()
    {
        _elasticsearch.Put("search-old", "1", "{}");

        Assert.Equal(0, await InitAsync("--service-type", "dir", "--set", $"directory={_cli.Files("a.txt")}", "--index", "search-old"));

        Assert.Equal(
            "notice: Index search-old is there and holds 1 document. Syncs make it equal to the source and delete what the source does "
                + "not have.\n",
            _cli.Error.ToString()
        );
    }

    [Theory]
    [InlineData("--index Search", "'Search' can't be the name of an index: it has capital letters.")]
    [InlineData("--index search-x --schedule daily", "--schedule: 'daily' is not a cron expression")]
    [InlineData(
        "--no-source --index search-x --id x",
        "--service-type, --set, --index, --id: with --no-source no connector is made. Leave one or the other out."
    )]
    [InlineData("--index search-x --api-key @env:NONE", "--api-key and --no-credentials: there is one way to log in.")]
    public async Task WhatIsWrongIsSaidBeforeAnythingIsWritten(string more, string expected)
    {
        Assert.NotEqual(0, await InitAsync(["--service-type", "dir", "--set", $"directory={_cli.Files("a.txt")}", .. more.Split(' ')]));

        Assert.StartsWith(expected, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.ConfigFile));
    }

    [Fact]
    public async Task AFolderThatIsNoAbsolutePathIsRefused()
    {
        Assert.Equal(2, await InitAsync("--service-type", "dir", "--set", "directory=notes", "--index", "search-x"));

        Assert.StartsWith(
            "directory ('Directory path') value 'notes' is no absolute path. Write the whole of it, such as /srv/documents.",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(_cli.ConfigFile));
    }

    [Fact]
    public async Task AnElasticsearchThatDoesNotAnswerEndsWithFour()
    {
        Assert.Equal(4, await _cli.RunAsync("init", "--host", "http://127.0.0.1:1", "--no-credentials", "--no-source"));

        Assert.Contains("http://127.0.0.1:1", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.ConfigFile));
    }

    [Fact]
    public async Task MissingPrivilegesAreNamed()
    {
        await using var server = await PlainServer.StartAsync(async http =>
        {
            http.Response.Headers["X-elastic-product"] = "Elasticsearch";
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(
                http.Request.Path.Value!.EndsWith("_has_privileges", StringComparison.Ordinal)
                    ? """{"index":{".elastic-connectors":{"read":true,"write":false}}}"""
                    : """{"cluster_name":"c","version":{"number":"9.5.0"}}"""
            );
        });

        Assert.Equal(1, await _cli.RunAsync("init", "--host", server.Uri.ToString(), "--no-credentials", "--no-source"));

        Assert.Equal("The credentials lack: write on .elastic-connectors. docs/security.md has a role to copy.\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task ScriptsGetOneObject()
    {
        Assert.Equal(
            0,
            await InitAsync(
                "--service-type",
                "dir",
                "--set",
                $"directory={_cli.Files("a.txt")}",
                "--index",
                "search-files",
                "--id",
                "f1",
                "--json"
            )
        );

        var told = JsonNode.Parse(_cli.Out.ToString())!;
        Assert.Equal(
            ("initialized", "f1", "search-files"),
            ((string?)told["event"], (string?)told["connector_id"], (string?)told["index_name"])
        );
    }

    private Task<int> InitAsync(params string[] more) =>
        _cli.RunAsync(["init", "--host", _elasticsearch.Uri.ToString(), "--no-credentials", .. more]);

    private ServiceConfiguration Read()
    {
        var outcome = ServiceConfiguration.Read(_cli.ConfigFile, _cli.Variables, Shipped.Classes);
        Assert.Empty(outcome.Problems);
        return outcome.Configuration!;
    }
}
