using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Screen;
using Spectre.Console;

namespace Connectors.Cli;

/// <summary>Everything outside a command that it uses, so that tests can run commands in their own process.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Results: tables, lines, JSON.</summary>
    public required TextWriter Out
    {
        get;
        init => field = EscapingWriter.Over(value);
    }

    /// <summary>Messages and logs.</summary>
    public required TextWriter Error
    {
        get;
        init => field = EscapingWriter.Over(value);
    }

    /// <summary>Whether something that was said on <see cref="Out"/> could not be written.</summary>
    public Func<bool> HasLostOutput { get; init; } = () => false;

    /// <summary>Standard input.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal that a person looks at.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether a person can be asked: a terminal in both directions.</summary>
    public bool CanAsk { get; init; }

    /// <summary>The terminal to draw on and to ask at; <see langword="null"/> for that of this process.</summary>
    public IAnsiConsole? Terminal { get; init; }

    /// <summary>What is drawn below the lines of the terminal; <see langword="null"/> when <see cref="Out"/> is none, or can't draw. Both
    /// <see cref="Out"/> and, on the same terminal, <see cref="Error"/> write through it.</summary>
    public LiveRegion? Live { get; init; }

    /// <summary>Width in columns for help, whatever <see cref="Out"/> is; <see langword="null"/> to ask the terminal, or 120.</summary>
    public int? Width { get; init; }

    /// <summary>The width of the terminal now; <see langword="null"/> when lines may be as long as they are.</summary>
    public int? Columns => Live?.Size.Columns;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Ctrl-C and SIGTERM.</summary>
    public required ShutdownSignals Shutdown { get; init; }

    /// <summary>Whether colours are used: on a terminal, unless NO_COLOR is set.</summary>
    public bool WantsColor => IsTerminal && string.IsNullOrEmpty(Variables.GetValueOrDefault("NO_COLOR"));

    /// <summary>That of this process.</summary>
    public static CliEnvironment OfProcess(ShutdownSignals shutdown)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        var isTerminal = !Console.IsOutputRedirected && variables.GetValueOrDefault("TERM") != "dumb";
        var error = ProcessOutput.Error();
        var output = ProcessOutput.Out(error);
        var live = isTerminal ? new LiveRegion(output, ScreenSize.OfProcess) : null;
        return new CliEnvironment
        {
            Out = live?.Over(output) ?? output,
            Error = Console.IsErrorRedirected ? error : live?.Over(error) ?? error,
            HasLostOutput = () => output.HasLost,
            In = Console.In,
            Variables = variables,
            IsTerminal = isTerminal,
            CanAsk = isTerminal && !Console.IsInputRedirected,
            Live = live,
            Shutdown = shutdown,
        };
    }
}
