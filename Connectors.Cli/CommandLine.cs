using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Connectors.Abstractions;
using Connectors.Cli.Commands;
using Connectors.Cli.Help;
using Connectors.Cli.Output;

namespace Connectors.Cli;

/// <summary>Parses the command line, runs the command and turns whatever happens into an exit code.</summary>
internal static class CommandLine
{
    /// <summary>
    /// The parser settings: a word that begins with @ is a value (<see cref="Input.IndirectValue"/>), not a response file.
    /// </summary>
    public static ParserConfiguration Form { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line. Throws nothing: a failure that nobody foresaw is told in a sentence too.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment)
    {
        try
        {
            var exitCode = await RunCommandAsync(args, environment);

            // A list that was cut short must not pass for the whole of it.
            return exitCode == ExitCode.Success && environment.HasLostOutput() ? ExitCode.Failed : exitCode;
        }
        catch (OperationCanceledException) when (environment.Shutdown.Stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            UnexpectedFailure.Write(environment.Error, exception, args.Contains("--debug", StringComparer.Ordinal));
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RunCommandAsync(IReadOnlyList<string> args, CliEnvironment environment)
    {
        if (Suggestions.AreAsked(args))
        {
            return await Suggestions.WriteAsync(args, environment, environment.Shutdown.Stop);
        }

        // As git and dotnet have it: `help sync` is `sync --help`.
        args = args is ["help", ..] ? [.. args.Skip(1), "--help"] : args;
        var root = IngestCommand.Create(environment);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Description = "Shows this help.";
            var usual = (HelpAction)help.Action!;
            usual.MaxWidth = environment.Width ?? environment.Columns ?? 120;
            help.Action = new HelpPage(usual);
        }

        var parsed = root.Parse(args, Form);
        if (parsed.Action is ParseErrorAction || (parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0))
        {
            UsageErrors.Write(parsed, environment.Error);
            return ExitCode.Usage;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = EscapingWriter.OfLines(environment.Out),
                Error = EscapingWriter.OfLines(environment.Error),
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // ShutdownSignals listens
            };
            return await parsed.InvokeAsync(invocation, environment.Shutdown.Now);
        }
        catch (CliException exception)
        {
            foreach (var line in exception.Lines)
            {
                await environment.Error.WriteLineAsync(Redactor.Redact(line));
            }

            return exception.ExitCode;
        }
        catch (ConnectorException exception)
        {
            await environment.Error.WriteLineAsync(exception.Message);
            if (args.Contains("--debug", StringComparer.Ordinal) && exception.InnerException is { } cause and not ConnectorException)
            {
                UnexpectedFailure.WriteStack(environment.Error, cause);
            }

            return ExitCode.Failed;
        }
    }
}
