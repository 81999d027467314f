using Connectors.Cli;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output.Screen;
using Connectors.Tests.Cli.Screen;
using Spectre.Console.Testing;

namespace Connectors.Tests.Cli;

/// <summary>Runs command lines of elastic-ingest in this process.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("elastic-ingest-tests-");
    private readonly Dictionary<string, string> _variables;

    public CliRun(Uri? elasticsearch = null)
    {
        Shutdown = new ShutdownSignals(Exits.Add);
        File.WriteAllText(ConfigFile, "");
        _variables = new Dictionary<string, string>
        {
            ["Connectors__service__idling"] = "0.2",
            ["Connectors__elasticsearch__max_wait_duration"] = "0",
        };
        if (elasticsearch is not null)
        {
            _variables["Connectors__elasticsearch__host"] = elasticsearch.ToString();
        }
    }

    public ShutdownSignals Shutdown { get; }

    /// <summary>Environment variables.</summary>
    public Dictionary<string, string> Variables => _variables;

    /// <summary>What is piped in.</summary>
    public string Input { get; set; } = "";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>A terminal with a person at it, whose answers are in it already.</summary>
    public TestConsole? Terminal { get; set; }

    /// <summary>A terminal that shows both outputs.</summary>
    public TerminalScreen? Screen { get; set; }

    public List<int> Exits { get; } = [];

    public string Folder => _folder.FullName;

    public string ConfigFile => Path.Combine(Folder, "config.yml");

    public StringWriter Out { get; private set; } = new();

    public StringWriter Error { get; private set; } = new();

    /// <summary>Makes a folder of files that a connector can mirror.</summary>
    public string Files(params string[] names)
    {
        var files = Path.Combine(Folder, "files");
        Directory.CreateDirectory(files);
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(files, name), $"This is {name}.");
        }

        return files;
    }

    /// <summary>Runs a command line with our configuration file and returns the exit code.</summary>
    public Task<int> RunAsync(params string[] args) => RunBareAsync([.. args, "-c", ConfigFile]);

    /// <summary>Runs a command line as it is.</summary>
    public Task<int> RunBareAsync(params string[] args)
    {
        Out = new StringWriter { NewLine = "\n" };
        Error = new StringWriter { NewLine = "\n" };
        return RunIntoAsync(Out, Error, args);
    }

    /// <summary>Runs a command line as it is, with outputs of its own: others can run meanwhile.</summary>
    public Task<int> RunIntoAsync(TextWriter output, TextWriter error, params string[] args)
    {
        var live = Screen is { } screen ? new LiveRegion(screen, () => screen.Told) : null;
        var environment = new CliEnvironment
        {
            Out = live?.Over(Screen!) ?? output,
            Error = live?.Over(Screen!) ?? error,
            In = new StringReader(Input),
            Variables = _variables,
            Width = Screen is null ? 100 : null,
            IsTerminal = Screen is not null,
            Live = live,
            Shutdown = Shutdown,
            TimeProvider = Time,
            CanAsk = Terminal is not null,
            Terminal = Terminal,
        };
        return CommandLine.RunAsync(args, environment);
    }

    public void Dispose()
    {
        Shutdown.Dispose();
        _folder.Delete(recursive: true);
    }
}
