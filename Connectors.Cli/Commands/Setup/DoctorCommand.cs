using System.CommandLine;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using Connectors.Cli.Doctor;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Screen;

namespace Connectors.Cli.Commands.Setup;

/// <summary>Checks everything that a sync needs, and says how to fix each problem. Syncs nothing.</summary>
internal static partial class DoctorCommand
{
    private const string Indent = "      ";

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var command = new Command("doctor", "Checks everything that a sync needs and says how to fix each problem. Syncs nothing.");
        command.SetAction((parsed, cancellationToken) => RunAsync(new CommandSession(environment, global, parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var (failed, noted, exitCode) = (0, 0, ExitCode.Success);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Environment.Shutdown.Stop);
        await foreach (var result in new DoctorRun(session).RunAsync(either.Token))
        {
            Write(session, result);
            if (result.Failure is { } failure && session.IsDebug)
            {
                UnexpectedFailure.WriteStack(session.Environment.Error, failure);
            }

            noted += result.State == CheckState.Warning ? 1 : 0;
            if (result.State == CheckState.Failed)
            {
                failed++;
                exitCode =
                    result.Check == "elasticsearch" ? ExitCode.Elasticsearch
                    : result.Check == "configuration" ? ExitCode.Configuration
                    : exitCode == ExitCode.Success ? ExitCode.Failed
                    : exitCode;
            }
        }

        if (!session.IsJson)
        {
            await session.Environment.Out.WriteLineAsync(
                failed > 0 ? $"{Quantity.Of(failed, "thing has", "things have")} to be put right."
                : noted > 0 ? $"Nothing has to be put right; {Quantity.Of(noted, "thing is", "things are")} noted above."
                : "All is well."
            );
        }

        return exitCode;
    }

    private static void Write(CommandSession session, CheckResult result)
    {
        var output = session.Environment.Out;
        if (session.IsJson)
        {
            JsonLine.Write(
                output,
                new
                {
                    @event = "check",
                    result.Check,
                    state = result.State.ToString().ToLowerInvariant(),
                    result.Detail,
                    result.Remedy,
                }
            );
            return;
        }

        var sign = result.State switch
        {
            CheckState.Ok => "ok  ",
            CheckState.Warning => "note",
            CheckState.Failed => "FAIL",
            _ => "-   ",
        };
        foreach (var line in Lines($"{sign}  ", $"{result.Check}: {result.Detail}").Concat(Lines(Indent, result.Remedy ?? "")))
        {
            output.WriteLine(line);
        }

        output.Flush();

        IEnumerable<string> Lines(string begin, string text) =>
            session.Environment.Columns is { } columns
                ? WordWrap
                    .Join(Words().Matches(text).Select(word => word.Value), " ", columns - begin.Length)
                    .Select((line, number) => (number == 0 ? begin : Indent) + line)
                : (text.Length == 0 ? [] : [begin + text]);
    }

    // What stands between backticks is to be copied, and stays together.
    [GeneratedRegex("""[^\s`]*`[^`]*`\S*|\S+""", RegexOptions.None, 1000)]
    private static partial Regex Words();
}
