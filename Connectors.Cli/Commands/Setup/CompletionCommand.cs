using System.CommandLine;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest completion SHELL</c>: a script by which a shell asks this program for what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _elastic_ingest() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(elastic-ingest "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- \
                "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -o nosort -F _elastic_ingest elastic-ingest 2>/dev/null ||
            complete -o default -F _elastic_ingest elastic-ingest
        """;

    private const string Zsh = """
        _elastic_ingest() {
            local -a found
            found=("${(@f)$(elastic-ingest "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -V elastic-ingest -a found
        }
        compdef _elastic_ingest elastic-ingest
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName elastic-ingest -ScriptBlock {
            param($word, $line, $position)
            elastic-ingest "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create(CliEnvironment environment)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh." };
        shell.AcceptWords("bash", "zsh", "pwsh");
        var command = new Command("completion", "Prints a script that completes commands and options with the Tab key.") { shell };
        command.SetAction(
            async (parsed, _) =>
            {
                var script = parsed.GetRequiredValue(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => PowerShell,
                };

                // A carriage return would be part of a shell's words.
                await environment.Out.WriteAsync($"{script.ReplaceLineEndings("\n")}\n");
                return ExitCode.Success;
            }
        );
        return command;
    }
}
