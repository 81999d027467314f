using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
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

    /// <summary>Width in columns; <see langword="null"/> to ask the terminal, or 120.</summary>
    public int? Width { get; init; }

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

        return new CliEnvironment
        {
            Out = Console.Out,
            Error = Console.Error,
            In = Console.In,
            Variables = variables,
            IsTerminal = !Console.IsOutputRedirected && variables.GetValueOrDefault("TERM") != "dumb",
            CanAsk = !Console.IsInputRedirected && !Console.IsOutputRedirected && variables.GetValueOrDefault("TERM") != "dumb",
            Shutdown = shutdown,
        };
    }
}
