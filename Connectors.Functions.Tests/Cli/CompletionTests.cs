using System.Diagnostics;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("elastic-ingest do", "doctor")]
    [InlineData(
        "elastic-ingest job ",
        "cancel list show tail --config --config-file --debug --filebeat --help --json --log-dates --log-level"
    )]
    [InlineData("elastic-ingest sync a --re", "--reindex")]
    [InlineData(
        "elastic-ingest completion ",
        "bash pwsh zsh --config --config-file --debug --filebeat --help --json --log-dates --log-level"
    )]
    [InlineData("elastic-ingest completion p", "pwsh")]
    [InlineData("elastic-ingest source show m", "microsoft_teams mongodb mssql mysql")]
    [InlineData("elastic-ingest connector create --service-type git", "github gitlab")]
    [InlineData("elastic-ingest poll --log-level D", "DEBUG")]
    [InlineData("elastic-ingest connector edit a --reduce-whitespace ", "false true")]
    public async Task WhatMayComeNextIsSuggested(string line, string expected)
    {
        using var cli = new CliRun();

        Assert.Equal(0, await cli.RunBareAsync($"[suggest:{line.Length}]", line));

        Assert.Equal(expected.Replace(' ', '\n') + "\n", cli.Out.ToString());
        Assert.Equal("", cli.Error.ToString());
    }

    [Fact]
    public async Task ConnectorsAndJobsAreThoseOfTheElasticsearchThatIsConfigured()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliRun(elasticsearch.Uri);
        await cli.RunAsync(["connector", "create", "--service-type", "dir", "--index", "search-notes", "--name", "notes", "--id", "n1"]);
        elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            "job-1",
            """{"connector":{"id":"n1"},"status":"completed","created_at":"2026-01-01T00:00:00+00:00"}"""
        );

        Assert.Equal((string[])["n1", "notes"], await AskAsync("elastic-ingest sync n"));
        Assert.Equal((string[])["n1"], await AskAsync("elastic-ingest job list --connector n1"));
        Assert.Equal((string[])["job-1"], await AskAsync("elastic-ingest job show j"));

        await elasticsearch.DisposeAsync();
        Assert.Equal((string[])[], await AskAsync("elastic-ingest sync n"));

        async Task<string[]> AskAsync(string line)
        {
            Assert.Equal(0, await cli.RunBareAsync($"[suggest:{line.Length}]", line));
            Assert.Equal("", cli.Error.ToString());
            return cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
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

        Assert.Equal("doctor\ncomplete -o default -o nosort -F _elastic_ingest elastic-ingest\n", told);
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
