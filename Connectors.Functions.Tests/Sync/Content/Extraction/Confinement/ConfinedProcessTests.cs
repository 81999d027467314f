using System.Globalization;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>A file that takes over a library of the extraction process finds nothing there to read, to change or to call.</summary>
public sealed class ConfinedProcessTests
{
    // The frame that a process begins with: kind, length, version, and that it is confined in no way.
    private const string UnconfinedReady = "printf '\\121\\002\\000\\000\\000\\002\\000'; exec cat > /dev/null";

    private static readonly string[] Attacks =
    [
        "connect",
        "send a datagram",
        "make a local socket",
        "connect on another thread",
        "start a program",
        "signal the service",
        "write a file",
        "change a file",
        "delete a file",
        "open a file to others",
    ];

    private static readonly string[] AttacksOnSecrets =
    [
        "read a file",
        "read a file on another thread",
        "read the users",
        "read the configuration beside the program",
        "read the service's environment",
        "read what the service left open",
        "list a folder",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhoTakesOverALibraryReachesNothing(bool isElasticIngest)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux confines processes in this way.");
        var process = await TakenOverProcess.RunAsync(
            isElasticIngest
                ? new ExtractionCommand(ExtractionCommand.Dotnet(), [.. IngestProcess.Program, ExtractionSubcommand.Verb])
                : ExtractionCommand.Find()
        );

        Assert.Equal(LinuxKernel.Confinement, process.Said);
        Assert.Equal(
            [
                .. Attacks.Select(attack => $"{attack}: {TakenOverLibrary.Refused}"),
                .. AttacksOnSecrets.Select(attack =>
                    $"{attack}: {(LinuxKernel.HasLandlock ? TakenOverLibrary.Refused : TakenOverLibrary.Done)}"
                ),
                $"{TakenOverLibrary.Needed}: {TakenOverLibrary.Done}",
            ],
            process.Attacks.Select(attack => $"{attack.Key}: {attack.Value}")
        );
        Assert.Equal("", process.CallsLetThrough);
        Assert.False(process.HasConnected);
        Assert.Equal("secret unwanted: hunter2", process.Folder);
    }

    [Fact]
    public async Task WithoutConfinementTheSameAttacksSucceed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux confines processes in this way.");
        var process = await TakenOverProcess.RunAsync(ExtractionCommand.Find(), ExtractionFrame.ConfinementOff);

        Assert.Equal(ExtractionConfinement.None, process.Said);
        Assert.True(process.Attacks.Values.All(outcome => outcome == TakenOverLibrary.Done), process.Output);
        Assert.Equal([.. Attacks, .. AttacksOnSecrets, TakenOverLibrary.Needed], process.Attacks.Keys);
        Assert.Equal("all", process.CallsLetThrough);
        Assert.True(process.HasConnected);
        Assert.Equal("secret written: hunter2x", process.Folder);
    }

    [Fact]
    public async Task EachThreadOfAProcessIsUnderTheFilterAndNoneGetsNewPrivileges()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux confines processes in this way.");
        await using var fixture = new ExtractionFixture();
        Assert.Equal((ContentOutcome.Text, "a"), await fixture.ReadAsync("a.html", "a"u8.ToArray()));

        var threads = Directory.GetDirectories($"/proc/{(await fixture.ProcessIdAsync()).ToString(CultureInfo.InvariantCulture)}/task");

        Assert.True(threads.Length >= 3, $"only {threads.Length} threads");
        foreach (var thread in threads)
        {
            var status = await File.ReadAllLinesAsync(Path.Combine(thread, "status"), Token);
            Assert.Contains("NoNewPrivs:\t1", status);
            Assert.Contains("Seccomp:\t2", status);
        }
    }

    [Fact]
    public async Task WhatConfinesTheProcessesIsLoggedOnce()
    {
        Assert.SkipUnless(LinuxKernel.HasLandlock, "This kernel has no Landlock.");
        using var log = new ListLoggerProvider();
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 2 }, logger: log.CreateLogger("fixture"));
        var first = await fixture.Pool.TakeAsync(Token);
        var second = await fixture.Pool.TakeAsync(Token);
        await fixture.Pool.DiscardAsync(first);
        await fixture.Pool.DiscardAsync(second);

        Assert.Equal(
            [
                "The processes that read files are confined: they open no connection, start no program, change no file and read none but "
                    + "their own",
            ],
            log.All
        );
    }

    [Fact]
    public async Task AProcessThatIsNotConfinedIsAWarningAndNoFailure()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        using var log = new ListLoggerProvider();
        await using var fixture = new ExtractionFixture(
            new LocalExtractionOptions { Command = new ExtractionCommand("/bin/sh", ["-c", UnconfinedReady]) },
            logger: log.CreateLogger("fixture")
        );

        var process = await fixture.Pool.TakeAsync(Token);
        await fixture.Pool.DiscardAsync(process);

        Assert.Equal(ExtractionConfinement.None, process.Confinement);
        Assert.StartsWith(
            "The processes that read files are not confined as they could be: one that a file takes over can read and change files as the "
                + "service's user may, open connections and start programs. ",
            Assert.Single(log.All),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AProcessThatCannotLiveConfinedIsStartedWithout()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux confines processes in this way.");
        var real = ExtractionCommand.Find();
        var command = new ExtractionCommand(
            "/bin/sh",
            ["-c", $"test \"${ExtractionFrame.ConfinementVariable}\" = off && exec \"$0\" \"$@\"", real.Program, .. real.Arguments]
        );
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, Command = command });

        Assert.Equal((ContentOutcome.Text, "a"), await fixture.ReadAsync("a.html", "a"u8.ToArray()));
    }

    [Theory]
    [InlineData(false, "'' 'off'")]
    [InlineData(true, "'' ''")]
    public async Task WhereProcessesWereConfinedNoneIsStartedWithout(bool hasStarted, string asked)
    {
        Assert.SkipWhen(LinuxKernel.Confinement == ExtractionConfinement.None, "This system confines no process.");
        using var folder = new TemporaryFolder();
        var real = ExtractionCommand.Find();
        var script = $"test -e \"$0/asked\" || exec \"$@\"; printf \"'%s' \" \"${ExtractionFrame.ConfinementVariable}\" >> \"$0/asked\"";
        var command = new ExtractionCommand("/bin/sh", ["-c", script, folder.Path, real.Program, .. real.Arguments]);
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, Command = command });
        if (hasStarted)
        {
            await fixture.Pool.DiscardAsync(await fixture.Pool.TakeAsync(Token));
        }

        folder.Write("asked", string.Empty);
        await Assert.ThrowsAsync<ConnectorException>(() => fixture.Pool.TakeAsync(Token));

        Assert.Equal(asked, (await File.ReadAllTextAsync(folder["asked"], Token)).TrimEnd());
    }

    [Theory]
    [InlineData((byte)ExtractionConfinement.Full, null)]
    [InlineData((byte)ExtractionConfinement.Files, "open connections and start programs")]
    [InlineData((byte)ExtractionConfinement.Network, "read the files that the service's user may read")]
    public void WhatIsNotConfinedIsSaid(byte confinement, string? missing) =>
        Assert.Equal(missing, ((ExtractionConfinement)confinement).Missing());
}
