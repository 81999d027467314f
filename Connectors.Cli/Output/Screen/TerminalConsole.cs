using Spectre.Console;

namespace Connectors.Cli.Output.Screen;

/// <summary>The terminal, to ask at.</summary>
internal static class TerminalConsole
{
    /// <summary>A console on the command's output.</summary>
    public static IAnsiConsole Of(CliEnvironment environment)
    {
        var console = environment.Terminal
            ?? AnsiConsole.Create(
                new AnsiConsoleSettings
                {
                    Out = new AnsiConsoleOutput(Screen(environment.Out)),
                    Ansi = environment.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                    ColorSystem = environment.WantsColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                    Interactive = environment.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
                }
            );
        console.Pipeline.Attach(new EscapingHook());
        return console;
    }

    private static TextWriter Screen(TextWriter output) =>
        output switch
        {
            EscapingWriter { Inner: var inner } => Screen(inner),
            LiveRegionWriter { Inner: var inner } => Screen(inner),
            ProcessOutput { Inner: var inner } => inner,
            _ => output,
        };
}
