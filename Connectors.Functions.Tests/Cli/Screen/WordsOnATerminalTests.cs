using Connectors.Cli.Help;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Screen;

/// <summary>Help, checks and messages at the widths of a terminal: no word is broken, and no line is longer than the terminal, but for one
/// that is to be copied.</summary>
public sealed class WordsOnATerminalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Names have half of the width, and the longest option needs 24 characters of it.
    [Theory]
    [InlineData(80)]
    [InlineData(54)]
    public async Task TheHelpOfEveryCommandKeepsItsWordsWhole(int columns)
    {
        using var cli = new CliRun();
        foreach (var path in HelpTopics.Paths)
        {
            string[] command = [.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];

            var seen = await AtWidthAsync(cli, columns, command);

            // An example that goes on in the next line says so, as the shell has it.
            Assert.Equal(Words(await AtWidthAsync(cli, 1_000, command)), Words(seen).Where(word => word is not ("\\" or "`")));
            Assert.All(
                seen.Split('\n').Where(line => line.Length > columns),
                line => Assert.StartsWith("    elastic-ingest ", line, StringComparison.Ordinal)
            );
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(50)]
    public async Task WhatDoctorFindsIsReadableAtAnyWidth(int columns)
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await File.WriteAllTextAsync(
            cli.ConfigFile,
            """
            connectors:
              - connector_id: nobody-made-this-one
                service_type: dir
            """,
            Token
        );

        var seen = await AtWidthAsync(cli, columns, "doctor");

        Assert.Equal(Words(await AtWidthAsync(cli, 1_000, "doctor")), Words(seen));
        // A path, or a command that is to be copied, has a line of its own.
        Assert.All(
            seen.Split('\n').Where(line => line.Length > columns),
            line => Assert.Matches("^      (`[^`]+`\\S*|\\S+)$", line)
        );
        Assert.Contains("nobody-made-this-one", seen, StringComparison.Ordinal);
    }

    /// <summary>What is written for a terminal of so many columns, as it is written: nothing is broken by the terminal itself.</summary>
    private static async Task<string> AtWidthAsync(CliRun cli, int columns, params string[] command)
    {
        using var screen = new TerminalScreen(1_000, 1_000);
        screen.Narrow(columns);
        cli.Screen = screen;
        await cli.RunAsync(command);
        return screen.Text;
    }

    private static IEnumerable<string> Words(string text) =>
        text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
