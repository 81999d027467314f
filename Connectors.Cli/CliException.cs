namespace Connectors.Cli;

/// <summary>Ends a command with a message for the operator and an exit code.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="lines">What to say, without secrets; each is shown as one line.</param>
internal sealed class CliException(int exitCode, IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>With one line.</summary>
    public CliException(int exitCode, string message)
        : this(exitCode, [message]) { }

    /// <summary>What to say.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;

    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
