using System.Diagnostics;
using Xunit;

namespace Connectors.Tests.Cli;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("elastic-ingest do", "doctor")]
    [InlineData("elastic-ingest job ", "cancel list show tail")]
    [InlineData("elastic-ingest sync a --re", "--reindex")]
    [InlineData("elastic-ingest completion ", "bash pwsh zsh")]
    public async Task WhatMayComeNextIsSuggested(string line, string expected)
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunBareAsync($"[suggest:{line.Length}]", line));

        var suggested = cli.Out.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            expected.Split(' '),
            suggested
                .Where(word => !word.StartsWith('-') || expected.StartsWith('-'))
                .Where(word => word is not ("/?" or "/h" or "-?" or "-h"))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task TheScriptForBashAsksTheProgramAndOffersWhatFits()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash here.");
        using var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("completion", "bash"));
        var file = Path.Combine(cli.Folder, "try.sh");
        await File.WriteAllTextAsync(
            file,
            "elastic-ingest() { echo \"$1|$2\" >> \"$0.asked\"; printf 'doctor\\ndemo\\njob\\n'; }\n"
                + cli.Out
                + "COMP_LINE='elastic-ingest do'; COMP_POINT=17; COMP_WORDS=(elastic-ingest do); COMP_CWORD=1; _elastic_ingest; echo "
                + "\"${COMPREPLY[@]}\"; complete -p elastic-ingest\n",
            TestContext.Current.CancellationToken
        );

        using var bash = System.Diagnostics.Process.Start(
            new ProcessStartInfo("/bin/bash", [file]) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var told = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("doctor\ncomplete -o default -F _elastic_ingest elastic-ingest\n", told);
        Assert.Equal(
            "[suggest:17]|elastic-ingest do\n",
            await File.ReadAllTextAsync(file + ".asked", TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("zsh", "compdef _elastic_ingest elastic-ingest")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName elastic-ingest")]
    public async Task TheOtherShellsGetTheirOwnScript(string shell, string expected)
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunAsync("completion", shell));

        Assert.Contains(expected, cli.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\r', cli.Out.ToString());
    }
}
