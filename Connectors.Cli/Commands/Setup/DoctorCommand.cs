using System.CommandLine;
using Connectors.Cli.Doctor;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;

namespace Connectors.Cli.Commands.Setup;

/// <summary>Checks everything that a sync needs, and says how to fix each problem. Syncs nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var command = new Command("doctor", "Checks everything that a sync needs and says how to fix each problem. Syncs nothing.");
        command.SetAction((parsed, cancellationToken) => RunAsync(new CommandSession(environment, global, parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var (failed, exitCode) = (0, ExitCode.Success);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Environment.Shutdown.Stop);
        await foreach (var result in new DoctorRun(session).RunAsync(either.Token))
        {
            Write(session, result);
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
                failed == 0 ? "All is well." : $"{failed} {(failed == 1 ? "thing has" : "things have")} to be put right."
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
        output.WriteLine($"{sign}  {result.Check}: {result.Detail}");
        if (result.Remedy is { } remedy)
        {
            output.WriteLine($"      {remedy}");
        }

        output.Flush();
    }
}
