using System.CommandLine;
using Connectors.Cli.Doctor;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest doctor</c>: whether everything is as a sync needs it.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var command = new Command("doctor", "Checks all that a sync needs, and says for each fault what to do. Syncs nothing.");
        command.SetAction((parsed, cancellationToken) => RunAsync(new CommandSession(environment, global, parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var (failed, exitCode) = (0, ExitCode.Success);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Environment.Shutdown.Stop);
        await foreach (var finding in new Examination(session).RunAsync(either.Token))
        {
            Write(session, finding);
            if (finding.State == FindingState.Failed)
            {
                failed++;
                exitCode = finding.Check == "elasticsearch" ? ExitCode.Elasticsearch : exitCode == ExitCode.Success ? ExitCode.Failed : exitCode;
            }
        }

        if (!session.IsJson)
        {
            await session.Environment.Out.WriteLineAsync(failed == 0 ? "All is well." : $"{failed} {(failed == 1 ? "thing has" : "things have")} to be put right.");
        }

        return exitCode;
    }

    private static void Write(CommandSession session, Finding finding)
    {
        var output = session.Environment.Out;
        if (session.IsJson)
        {
            JsonLine.Write(output, new { @event = "check", finding.Check, state = finding.State.ToString().ToLowerInvariant(), finding.Detail, finding.Remedy });
            return;
        }

        var sign = finding.State switch
        {
            FindingState.Ok => "ok  ",
            FindingState.Warning => "note",
            FindingState.Failed => "FAIL",
            _ => "-   ",
        };
        output.WriteLine($"{sign}  {finding.Check}: {finding.Detail}");
        if (finding.Remedy is { } remedy)
        {
            output.WriteLine($"      {remedy}");
        }

        output.Flush();
    }
}
