using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

/// <summary>What somebody who writes a source is told of the faults in it.</summary>
public sealed class OwnSourceTests : IAsyncLifetime
{
    private const string Failing = "Connectors.Tests.Cli.Commands.FailingSource (assembly Connectors.Functions.Tests)";
    private const string NotFound = $"{Failing} failed with FileNotFoundException: Unable to find things.json.";
    private const string OutOfRange = $"{Failing} failed with InvalidDataException: No item 5, password=***.";
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        _cli = new CliRun(_elasticsearch.Uri);
        await File.WriteAllTextAsync(
            _cli.ConfigFile,
            """
            sources:
              failing: Connectors.Tests.Cli.Commands.FailingSource, Connectors.Functions.Tests
              eager: Connectors.Tests.Cli.Commands.EagerSource, Connectors.Functions.Tests
              opening: Connectors.Tests.Cli.Commands.OpeningSource, Connectors.Functions.Tests

            """,
            Token
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task TheDoctorTellsOfAPingThatBreaksAndGoesOn()
    {
        await WithoutBrokenConstructorsAsync();
        await CreateAsync("failing", "a1", "things", "fails=ping");
        await CreateAsync("dir", "f1", "files", $"directory={_cli.Files("a.txt")}");

        Assert.Equal(1, await _cli.RunAsync("doctor"));
        Assert.Contains(
            $"FAIL  connector things: {NotFound}\n      `elastic-ingest doctor --debug` tells where it happened.\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains("ok    connector files: System Directory answers.\n", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n1 thing has to be put right.\n", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _cli.Error.ToString(), StringComparison.Ordinal);

        Assert.Equal(1, await _cli.RunAsync("doctor", "--json"));
        var checks = _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Contains(checks, check => check.ToJsonString().Contains("FileNotFoundException", StringComparison.Ordinal));
        Assert.Contains(checks, check => check.ToJsonString().Contains("connector files", StringComparison.Ordinal));

        Assert.Equal(1, await _cli.RunAsync("doctor", "--debug"));
        Assert.Contains($"{nameof(FailingSource)}.{nameof(FailingSource.PingAsync)}", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preview", "ping", NotFound)]
    [InlineData("sync --dry-run", "ping", NotFound)]
    [InlineData("preview", "read", OutOfRange)]
    [InlineData("sync --dry-run", "read", OutOfRange)]
    public async Task AFaultIsToldWithTheConnectorAndTheClass(string command, string fails, string sentence)
    {
        await CreateAsync("failing", "a1", "things", $"fails={fails}");

        Assert.Equal(1, await _cli.RunAsync([.. command.Split(' '), "a1"]));
        Assert.Equal(
            $"Connector 'things': {sentence}\nThe same command with --debug tells where it happened.\n",
            _cli.Error.ToString()
        );

        Assert.Equal(1, await _cli.RunAsync([.. command.Split(' '), "a1", "--debug"]));
        Assert.Contains($"{nameof(FailingSource)}.", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("\n       at ", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor --debug")]
    [InlineData("preview a1 --debug")]
    [InlineData("sync a1")]
    public async Task AValueOfASensitiveFieldIsInNoTextWhateverItLooksLike(string command)
    {
        await WithoutBrokenConstructorsAsync();
        await CreateAsync("failing", "a1", "things", "fails=key", "key=tulips & roses");

        Assert.Equal(1, await _cli.RunAsync(command.Split(' ')));

        var seen = $"{_cli.Out}{_cli.Error}{(string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "a1")!)!["error"]}";
        Assert.Contains("failed with InvalidOperationException: No *** at http://127.0.0.1/?q=***.", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("tulips", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open", "note.txt: reading its content broke off with InvalidOperationException: No *** here.")]
    [InlineData("stream", "note.txt: reading its content broke off: No *** here.")]
    [InlineData("say", "The backend refuses ***. Correct the key.")]
    [InlineData("say address", "http://127.0.0.1/?q=*** is refused. Correct the key.")]
    public async Task NorInWhatFailsWithAContentOrIsSaidInTheSourcesOwnWords(string fails, string told)
    {
        await CreateAsync("failing", "a1", "things", $"fails={fails}", "key=tulips & roses");

        Assert.Equal(1, await _cli.RunAsync("preview", "a1", "--debug"));

        Assert.Contains(told, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tulips", $"{_cli.Out}{_cli.Error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamThatIsNullIsToldAtOnce()
    {
        await CreateAsync("failing", "a1", "things", "fails=null stream");

        Assert.Equal(1, await _cli.RunAsync("sync", "a1"));

        Assert.Contains(
            $"{Failing} gave null when the content of 'note.txt' was opened. This is a bug in the source:",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ASyncTellsTheClassAndTheEntryOfTheLog()
    {
        await CreateAsync("failing", "a1", "things", "fails=read");

        Assert.Equal(1, await _cli.RunAsync("sync", "a1"));

        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "a1")!)!;
        Assert.Matches(
            @"^Connectors\.Tests\.Cli\.Commands\.FailingSource \(assembly Connectors\.Functions\.Tests\) failed with "
                + @"InvalidDataException: No item 5, password=\*\*\*\. The log of the service tells where, under error id [0-9a-f]{8}\.$",
            (string)connector["last_sync_error"]!
        );
    }

    [Fact]
    public async Task WhatCanNotBeDisposedIsNamedAndTheSyncIsAsItWas()
    {
        await CreateAsync("failing", "a1", "things", "fails=dispose");

        Assert.Equal(0, await _cli.RunAsync("sync", "a1"));

        Assert.Contains($"{Failing} failed with InvalidOperationException: It is open.", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source show eager")]
    [InlineData("connector create --service-type eager --index search-eager --set file=/tmp/things.json")]
    [InlineData("sync e1")]
    [InlineData("preview e1")]
    public async Task AConstructorThatReadsSettingsIsToldSo(string line)
    {
        await AddEagerAsync();

        Assert.Equal(1, await _cli.RunAsync(line.Split(' ')));

        Assert.Contains(
            "sources.eager: the constructor of Connectors.Tests.Cli.Commands.EagerSource (assembly "
                + "Connectors.Functions.Tests) reads the setting file. It must not, as there are none when a source is asked what it is: "
                + "read settings in its methods, such as PingAsync.",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AConstructorThatFailsIsToldWithWhat()
    {
        Assert.Equal(1, await _cli.RunAsync("source", "show", "opening"));

        Assert.Equal(
            "sources.opening: the constructor of Connectors.Tests.Cli.Commands.OpeningSource (assembly "
                + "Connectors.Functions.Tests) failed with DirectoryNotFoundException: Could not find a part of the path "
                + "'/no/such/file'. This is a bug in the source.\n",
            _cli.Error.ToString()
        );
    }

    [Fact]
    public async Task ABrokenClassKeepsNoOtherConnectorFromBeingServed()
    {
        await AddEagerAsync();
        await CreateAsync("dir", "f1", "files", $"directory={_cli.Files("a.txt")}");

        await _cli.RunAsync("poll", "--one-sync");

        Assert.Equal("connected", (string)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "f1")!)!["status"]!);
        Assert.Contains(
            "the constructor of Connectors.Tests.Cli.Commands.EagerSource",
            (string)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "e1")!)!["error"]!,
            StringComparison.Ordinal
        );
        Assert.Equal(0, await _cli.RunAsync("sync", "f1"));
    }

    [Theory]
    [InlineData("has space", "\"has space\"")]
    [InlineData("has $HOME", "'has $HOME'")]
    [InlineData("plain-1", "plain-1")]
    public async Task ACommandThatIsSuggestedCanBePasted(string id, string word)
    {
        Assert.Equal(0, await _cli.RunAsync("connector", "create", "--service-type", "dir", "--index", "search-files", "--id", id));
        Assert.Contains(
            $"Set it: elastic-ingest connector edit {word} --set directory=...\n",
            _cli.Error.ToString(),
            StringComparison.Ordinal
        );

        await _cli.RunAsync("doctor");
        Assert.Contains($"(`elastic-ingest connector edit {word} --set directory=...`", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The doctor is to have nothing else to tell.</summary>
    private Task WithoutBrokenConstructorsAsync() =>
        File.WriteAllTextAsync(
            _cli.ConfigFile,
            "sources:\n  failing: Connectors.Tests.Cli.Commands.FailingSource, Connectors.Functions.Tests\n",
            Token
        );

    private async Task AddEagerAsync()
    {
        await CreateAsync("dir", "e1", "eager", "directory=/");
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "e1")!)!;
        connector["service_type"] = "eager";
        _elasticsearch.Put(".elastic-connectors", "e1", connector.ToJsonString());
    }

    private async Task CreateAsync(string serviceType, string id, string name, params string[] settings)
    {
        string[] line = ["--service-type", serviceType, "--index", $"search-{name}", "--name", name, "--id", id];
        string[] set = [.. settings.SelectMany(setting => new[] { "--set", setting })];
        Assert.Equal(0, await _cli.RunAsync(["connector", "create", .. line, .. set]));
    }
}

public class FailingSource(SourceContext context) : EnumerableDataSource(context)
{
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Failing",
            ServiceType = "failing",
            Fields = [new ConfigField("fails", "What fails"), new ConfigField("key", "Key") { Sensitive = true, Required = false }],
        };

    public override Task PingAsync(CancellationToken cancellationToken) =>
        Context.Settings.GetString("fails") switch
        {
            "ping" => throw new FileNotFoundException("Unable to find things.json."),
            "key" => throw new InvalidOperationException(
                $"No {Context.Settings.GetString("key")} at http://127.0.0.1/?q={Uri.EscapeDataString(Context.Settings.GetString("key"))}"
            ),
            _ => Task.CompletedTask,
        };

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        if (Context.Settings.GetString("fails") == "dispose")
        {
            throw new InvalidOperationException("It is open.");
        }
    }

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        var key = Context.Settings.GetString("key");
        DocumentContent? note = Context.Settings.GetString("fails") switch
        {
            "open" => new NoteFile(() => throw new InvalidOperationException($"No {key} here.")),
            "stream" => new NoteFile(() => new BreakingStream(new IOException($"No {key} here."))),
            "null stream" => new NoteFile(() => null!),
            "say" => throw new ConnectorException($"The backend refuses {key}. Correct the key."),
            "say address" => throw new ConnectorException(
                FailureKind.Fatal,
                $"http://127.0.0.1/?q={Uri.EscapeDataString(key)} is refused. Correct the key.",
                new InvalidOperationException($"No {key} here.")
            ),
            _ => null,
        };
        yield return new SimpleDocument("1", new { title = "one" }, Content: note);
        if (Context.Settings.GetString("fails") is "dispose" or "open" or "stream" or "null stream")
        {
            yield break;
        }

        throw new InvalidDataException("No item 5, password=hunter2.");
    }
}

/// <summary>A file that is opened as it is told to.</summary>
internal sealed class NoteFile(Func<Stream> open) : DocumentContent
{
    public override string FileName => "note.txt";

    public override long SizeInBytes => 10;

    public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(open());
}

/// <summary>Fails when it is read.</summary>
internal sealed class BreakingStream(IOException failure) : MemoryStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw failure;
}

public sealed class EagerSource(SourceContext context) : FailingSource(context)
{
    public string Path { get; } = context.Settings.GetRequiredString("file");
}

public sealed class OpeningSource(SourceContext context) : FailingSource(context)
{
    public string Text { get; } = File.ReadAllText("/no/such/file");
}
