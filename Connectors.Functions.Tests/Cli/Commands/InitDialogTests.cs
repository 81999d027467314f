using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sources;
using Connectors.Sync.Configuration;
using Connectors.Tests.Support;
using Spectre.Console.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

/// <summary><c>init</c> with a person at the terminal.</summary>
public sealed class InitDialogTests : IAsyncLifetime
{
    private readonly TestConsole _terminal = new TestConsole().Interactive().SupportsAnsi(true).Width(200);
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun { Terminal = _terminal };
        File.Delete(_cli.ConfigFile);
    }

    public async ValueTask DisposeAsync()
    {
        _terminal.Dispose();
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task WrongAnswersAreAskedAgainWithTheReason()
    {
        Type("elasticsearch.example");
        Type("http://127.0.0.1:1");
        Choose(0); // nothing answers there: another address
        Type(_elasticsearch.Uri.ToString());
        Choose(2); // no credentials
        Choose(BuiltInSources.Classes.Keys.ToList().IndexOf("dir"));
        Type("");
        Type("~/notes");
        Type("/no/such/folder");
        Type(_cli.Files("a.txt"));
        Type(""); // the pattern's default
        Confirm(false); // no access control
        Confirm(false); // no advanced settings
        Type("Search");
        Type(""); // search-dir
        Type("files");
        Choose(1); // every hour
        Type("body=nobodys"); // no such endpoint
        Type(""); // nothing by meaning

        Assert.Equal(0, await _cli.RunAsync("init"));

        var seen = _terminal.Output;
        Assert.Contains("Write it with scheme and port", seen, StringComparison.Ordinal);
        Assert.Contains("Check the address and the network.", seen, StringComparison.Ordinal);
        Assert.Contains("An answer is needed.", seen, StringComparison.Ordinal);
        Assert.Contains("'~/notes' is no absolute path. Write the whole of it: '", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("~/notes'.", seen, StringComparison.Ordinal);
        Assert.Contains("'/no/such/folder' does not exist", seen, StringComparison.Ordinal);
        Assert.Contains("'Search' can't be the name of an index: it has capital letters.", seen, StringComparison.Ordinal);
        var connector = JsonNode.Parse(_elasticsearch.Documents(".elastic-connectors").Values.Single())!;
        Assert.Equal(
            ("files", "search-dir", "0 0 * * * ?"),
            ((string?)connector["name"], (string?)connector["index_name"], (string?)connector["scheduling"]!["full"]!["interval"])
        );
        Assert.Equal(
            _elasticsearch.Uri,
            ServiceConfiguration.Read(_cli.ConfigFile, _cli.Variables, Shipped.Classes).Configuration!.Elasticsearch.Hosts[0]
        );
        Assert.Equal(0, await _cli.RunAsync("doctor"));
    }

    [Fact]
    public async Task ASourceIsFoundByTypingItsName()
    {
        Type(_elasticsearch.Uri.ToString());
        Type("without"); // no credentials
        Type("oracle"); // is none of them, and no answer
        Type("dir");
        Type(_cli.Files("a.txt"));
        Type(""); // the pattern's default
        Confirm(false); // no access control
        Confirm(false); // no advanced settings
        Type(""); // search-dir
        Type("files");
        Choose(0); // no schedule
        Type(""); // nothing by meaning

        Assert.Equal(0, await _cli.RunAsync("init"));

        Assert.Contains("Nothing has 'oracle' in its name. `elastic-ingest source list` names", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("What should be mirrored? azure", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("What should be mirrored? dir: System Directory", _terminal.Output, StringComparison.Ordinal);
        Assert.Equal("dir", (string?)JsonNode.Parse(_elasticsearch.Documents(".elastic-connectors").Values.Single())!["service_type"]);
    }

    [Fact]
    public async Task ASecretIsNeverShownAndMayBeLeftToTheEnvironment()
    {
        Type(_elasticsearch.Uri.ToString());
        Choose(0); // API key
        Type("c2VjcmV0");
        Choose(1); // in the environment

        Assert.Equal(0, await _cli.RunAsync("init", "--no-source"));

        Assert.Contains(
            "api_key: \"${ELASTICSEARCH_API_KEY}\"",
            await File.ReadAllTextAsync(_cli.ConfigFile, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Contains("set the environment variable ELASTICSEARCH_API_KEY", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", _terminal.Output + _cli.Out + _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerMayStandInAFileOrInTheEnvironment()
    {
        const string Pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        var file = Path.Combine(_cli.Folder, "ca.pem");
        await File.WriteAllTextAsync(file, Pem + "\n", TestContext.Current.CancellationToken);
        _cli.Variables["DB_PASSWORD"] = "se-cr-et";
        Type("127.0.0.1");
        Type("1"); // nothing listens there
        Type("@@ann"); // user
        Type("@-"); // that is this terminal
        Type("@env:NONE");
        Type("@env:DB_PASSWORD");
        Type(""); // all databases
        Confirm(true); // TLS
        Type($"@{file}");
        Confirm(false); // no certificate of ours
        Choose(0); // change the answers: all are there as before
        Type("");
        Type("");
        Type("");
        Type("");
        Type("");
        Confirm(true);
        Type("");
        Confirm(false);
        Choose(2); // go on all the same
        Type("");
        Type("");
        Choose(0);
        Type(""); // nothing by meaning

        Assert.Equal(
            0,
            await _cli.RunAsync("init", "--host", _elasticsearch.Uri.ToString(), "--no-credentials", "--service-type", "redis")
        );

        var configuration = JsonNode.Parse(_elasticsearch.Documents(".elastic-connectors").Values.Single())!["configuration"]!;
        Assert.Equal(
            ("@ann", "se-cr-et", Pem),
            (
                (string?)configuration["username"]!["value"],
                (string?)configuration["password"]!["value"],
                (string?)configuration["ssl_ca"]!["value"]
            )
        );
        var seen = _terminal.Output;
        Assert.Contains("An answer may be @FILE or @env:NAME as well", seen, StringComparison.Ordinal);
        Assert.Contains("@-: standard input is where the answers come from.", seen, StringComparison.Ordinal);
        Assert.Contains("password: the environment variable NONE is not set.", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasAnsweredBeforeIsThereWhenItIsChanged()
    {
        await using var guarded = await EmulatorServer.StartAsync(
            new EmulatorOptions { Authorization = ["Basic YW5uOnJpZ2h0"] },
            TestContext.Current.CancellationToken
        );
        Type(guarded.Uri.ToString());
        Choose(1); // user and password
        Type("ann");
        Type("wrong");
        Choose(0); // in the file
        Choose(1); // the credentials
        _terminal.Input.PushKey(ConsoleKey.Enter); // user and password again, which is marked
        Type(""); // ann
        Type("right");
        _terminal.Input.PushKey(ConsoleKey.Enter); // in the file again

        Assert.Equal(0, await _cli.RunAsync("init", "--no-source"));

        var written = await File.ReadAllTextAsync(_cli.ConfigFile, TestContext.Current.CancellationToken);
        Assert.Contains("username: \"ann\"\n  password: \"right\"", written, StringComparison.Ordinal);
        Assert.Contains("(ann)", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoGivesUpLeavesNothingBehind()
    {
        Type("http://127.0.0.1:1");
        Choose(2); // stop

        Assert.Equal(4, await _cli.RunAsync("init", "--no-source"));

        Assert.Equal("Nothing was written.\n", _cli.Error.ToString());
        Assert.False(File.Exists(_cli.ConfigFile));
    }

    private void Type(string answer) => _terminal.Input.PushTextWithEnter(answer);

    private void Confirm(bool answer) => _terminal.Input.PushTextWithEnter(answer ? "y" : "n");

    private void Choose(int place)
    {
        for (var i = 0; i < place; i++)
        {
            _terminal.Input.PushKey(ConsoleKey.DownArrow);
        }

        _terminal.Input.PushKey(ConsoleKey.Enter);
    }
}
