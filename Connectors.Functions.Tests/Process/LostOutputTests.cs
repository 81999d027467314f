using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>Commands whose standard output can't be written: it costs the output, and nothing else.</summary>
public sealed class LostOutputTests
{
    private const string Full = "Standard output can't be written: No space left on device. What is said there is lost.";
    private const string Closed =
        "Standard output can't be written: it is closed, or was not opened for writing. What is said there is lost.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sync search-notes")]
    [InlineData("poll --one-sync")]
    public async Task ASyncIsCompletedAndTheExitCodeTells(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux");
        using var tree = TemporaryFolder.With("a.txt", "b.txt");
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri);
        var connector = await fixture.ConnectAsync("dir", "search-notes", new() { ["directory"] = tree.Path });
        await fixture.StartSyncAsync(connector.Id);

        await using var process = IngestProcess.CommandInto("> /dev/full", config, command.Split(' '));
        await process.ExitsWithAsync(1, Token);

        var jobs = await fixture.Jobs.NewestAsync(connector.Id, [], 10, Token);
        Assert.Equal([JobStatus.Completed], jobs.Select(job => job.Status).Distinct());
        Assert.Equal(2, server.Count("search-notes"));
        Assert.Single(process.Output.Split('\n'), Full);
        Assert.DoesNotContain("System.IO", process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("> /dev/full", Full)]
    [InlineData(">&-", Closed)]
    [InlineData("1< /dev/null", Closed)]
    public async Task AListThatIsLostIsNoSuccess(string redirection, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux");
        using var fixture = new ProcessFixture(new Uri("http://127.0.0.1:1"));

        await using var process = IngestProcess.CommandInto(
            redirection,
            fixture.Configure(new Uri("http://127.0.0.1:1")),
            ["source", "list", "--json"]
        );
        await process.ExitsWithAsync(1, Token);

        Assert.Equal(said, process.Output.Split('\n')[1]);
        Assert.Equal(3, process.Output.Split('\n').Length);
    }

    [Fact]
    public async Task WhatStandardErrorLosesIsNoFailure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux");
        using var fixture = new ProcessFixture(new Uri("http://127.0.0.1:1"));
        var config = fixture.Configure(new Uri("http://127.0.0.1:1"));

        await using var listed = IngestProcess.CommandInto("2> /dev/full", config, ["source", "list"]);
        await listed.ExitsWithAsync(0, Token);
        await using var wrong = IngestProcess.CommandInto("> /dev/full 2>&1", config, ["source", "show", "nonsense"]);
        await wrong.ExitsWithAsync(2, Token);

        Assert.Contains("mongodb", listed.Output, StringComparison.Ordinal);
    }
}
