using System.Diagnostics;
using Connectors.Build;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The steps of <c>build.cs</c>.</summary>
public sealed class BuildStepsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("functons", "functons: there is no such command. Did you mean functions?")]
    [InlineData("everything", "everything: there is no such command.")]
    public void AnUnknownCommandIsToldTheOneThatWasMeant(string written, string told) => Assert.Equal(told, BuildCommands.Unknown(written));

    [Theory]
    [InlineData("--onec", "--onec: there is no such option. Did you mean --once?")]
    [InlineData("--port x", "--port: 'x' is not a port, 0 to 65535.")]
    [InlineData("--port 0 --step 5", null)]
    [InlineData("--help", null)]
    public void AWrongOptionOfTheLocalHostIsToldBeforeItIsBuilt(string options, string? told) =>
        Assert.Equal(told, BuildCommands.WrongOptions(options.Split(' '))?.ReplaceLineEndings("\n").Split('\n')[0]);

    [Theory]
    [InlineData("", "", true)]
    [InlineData("--once", "AzureWebJobsStorage=", true)]
    [InlineData("--once", "ConnectorsStagingFolder=/staging", false)]
    [InlineData("", "AzureWebJobsStorage__accountName=mine", false)]
    [InlineData("", "ConnectorsStagingContainer=mine", true)]
    [InlineData("--help", "", false)]
    public void AzuriteIsFetchedOnlyForAHostThatTakesIt(string arguments, string setting, bool isNeeded)
    {
        var (name, value) = setting.Split('=') is [var left, var right] ? (left, right) : ("PATH", "/bin");

        Assert.Equal(isNeeded, BuildCommands.NeedsAzurite(arguments.Split(' '), [KeyValuePair.Create(name, value)]));
    }

    [Theory]
    [InlineData(137, "functions: the local host was ended by signal 9 (exit code 137).")]
    [InlineData(134, "functions: the local host was ended by signal 6 (exit code 134).")]
    [InlineData(-1, "functions: the local host ended unexpectedly, with exit code -1.")]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(130, null)]
    public void AHostThatWasKilledIsSaidToBe(int exitCode, string? told) =>
        Assert.Equal(told, BuildCommands.EndedFromOutside("functions: the local host", exitCode));

    [Fact]
    public void WhatComesFromNpmIsAnnouncedBeforeItIsFetchedAndFetchedOnce()
    {
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();
        var fetched = new List<string>();
        var servers = new TestServers(
            arguments =>
            {
                fetched.Add($"{arguments[^1]}, after \"{output.ToString().TrimEnd()}\"");
                folder.Write("node_modules/azurite/dist/src/blob/main.js", "");
            },
            folder.Path,
            output
        );

        var first = servers.Azurite();
        var second = servers.Azurite();

        Assert.Equal(folder["node_modules/azurite/dist/src/blob/main.js"], first);
        Assert.Equal(first, second);
        var fetch = Assert.Single(fetched);
        Assert.StartsWith("azurite@", fetch, StringComparison.Ordinal);
        Assert.Contains("after \"azurite: fetching from npm; the first time takes a minute or two", fetch, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhiteSpaceIsCheckedInWhatStandsInTheRepositoryOnly()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Approved.Root, ".editorconfig"), folder[".editorconfig"]);
        string[] files = ["Code/written.cs", "Code/obj/made.cs", "Code/bin/Release/made.cs", "artifacts/made.cs"];
        Assert.All(files, file => folder.Write(file, "class A;"));

        using var check = System.Diagnostics.Process.Start(
            new ProcessStartInfo("dotnet", BuildTool.WhiteSpaceCheck(folder.Path))
            {
                WorkingDirectory = folder.Path,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = check.StandardError.ReadToEndAsync(Token);
        var output = await check.StandardOutput.ReadToEndAsync(Token) + await errors;
        await check.WaitForExitAsync(Token);

        Assert.NotEqual(0, check.ExitCode);
        Assert.Contains("written.cs(1,9)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("made.cs", output, StringComparison.Ordinal);
    }

    /// <summary>Where a machine has no cultures, the tests that need them are skipped and counted, not left out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EveryTestIsInOneRun(bool hasCultures)
    {
        TestRun[] runs = [.. TestRun.BeforePublishing(hasCultures), TestRun.OfPublished];
        var leftOut = Namespaces(runs[0], "-namespace-");
        var runElsewhere = runs[1..].SelectMany(run => Namespaces(run, "-namespace"));

        Assert.Equal(hasCultures ? 2 : 1, leftOut.Length);
        Assert.Equal(leftOut.Order(StringComparer.Ordinal), runElsewhere.Order(StringComparer.Ordinal));
        Assert.All(leftOut, left => Assert.Contains(typeof(BuildStepsTests).Assembly.GetTypes(), type => type.Namespace == left));

        static string[] Namespaces(TestRun run, string option) =>
            [.. run.Filter.Zip(run.Filter.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second)];
    }

    [Theory]
    [InlineData(true, @"^build: \d+ s$")]
    [InlineData(false, @"^build: failed after \d+ s$")]
    public void AStepThatFailedIsNotCalledDone(bool isDone, string told)
    {
        using var output = new StringWriter();

        Assert.Equal(isDone, Programs.Timed("build", () => isDone, output));

        Assert.Matches(told, output.ToString().TrimEnd());
    }
}
