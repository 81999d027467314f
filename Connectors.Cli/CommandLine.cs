using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Connectors.Abstractions;
using Connectors.Cli.Commands;
using Connectors.Cli.Help;
using Connectors.Cli.Output;
using Connectors.Sync.Configuration.Settings;

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
            return await RunCommandAsync(args, environment);
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
        var root = IngestCommand.Create(environment);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            var usual = (HelpAction)help.Action!;
            usual.MaxWidth = environment.Width ?? environment.Columns ?? 120;
            help.Action = new HelpPage(usual);
        }

        var parsed = root.Parse(args, Form);
        if (parsed.Action is ParseErrorAction)
        {
            WriteErrors(parsed, environment.Error);
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
            return ExitCode.Failed;
        }
    }

    private static void WriteErrors(ParseResult parsed, TextWriter error)
    {
        var result = parsed.CommandResult;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            // What follows an unknown option is probably its value; what follows an unknown command belongs to it.
            var options = parsed.UnmatchedTokens.Where(token => token.StartsWith('-')).ToArray();
            if (options.Length == 0)
            {
                result = CommandBefore(parsed, parsed.UnmatchedTokens[0]);
            }

            foreach (var token in options.Length > 0 ? options : parsed.UnmatchedTokens.Take(1))
            {
                var isOption = token.StartsWith('-');
                var near = KeySuggestion.Nearest(
                    token,
                    isOption ? OptionNames(parsed) : result.Command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
                );
                error.WriteLine(
                    $"{token}: unknown {(isOption ? "option" : result.Command.Subcommands.Count == 0 ? "argument" : "command")}."
                        + (near is null ? "" : $" Did you mean {near}?")
                );
            }
        }
        else
        {
            foreach (var message in parsed.Errors.Select(problem => problem.Message).Distinct())
            {
                error.WriteLine(message);
            }
        }

        var path = string.Join(' ', Path(result));
        error.WriteLine($"See {path} --help.");
    }

    // A misspelt command may be followed by the name of another one, which is then taken for the command: `sorce list`.
    private static System.CommandLine.Parsing.CommandResult CommandBefore(ParseResult parsed, string token)
    {
        var words = parsed.Tokens.Select(item => item.Value).ToList();
        var result = parsed.CommandResult;
        while (
            result.Parent is System.CommandLine.Parsing.CommandResult parent
            && words.IndexOf(result.IdentifierToken.Value) > words.IndexOf(token)
        )
        {
            result = parent;
        }

        return result;
    }

    private static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            foreach (var option in result.Command.Options.Where(option => !option.Hidden))
            {
                yield return option.Name;
            }
        }
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Path(parent), result.Command.Name] : ["elastic-ingest"];
}
