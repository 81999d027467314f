using System.Text;
using System.Text.Json.Nodes;
using Connectors.Cli;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Cli.Output.Screen;
using Connectors.Emulator;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Spectre.Console.Testing;
using Xunit;

namespace Connectors.Tests.Cli;

/// <summary>Ids, names and messages come from anybody; they must not move the cursor, turn the text round or begin a line of their
/// own.</summary>
public sealed class VisibleTextTests
{
    private const string Hostile = "a\u001b[2J\u001b]0;t\u0007b\r\n12:00:00 ERROR forged\u202Egnp.exe\u2066\u0085\u2028\u009b31m";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void WhatWouldActIsShown()
    {
        Assert.Equal(
            @"a\u001b[2J\u001b]0;t\u0007b\u000d\u000a12:00:00 ERROR forged\u202egnp.exe\u2066\u0085\u2028\u009b31m",
            VisibleText.Of(Hostile)
        );
        Assert.Equal("one\r\ntwo\tthree\\u000d!", VisibleText.OfLines("one\r\ntwo\tthree\r!"));
        Assert.Equal("Grüße 漢字 😀 עברית العربية", VisibleText.Of("Grüße 漢字 😀 עברית العربية"));
    }

    [Fact]
    public void AJsonLineIsStillTheSameJson()
    {
        using var written = new StringWriter();
        var writer = EscapingWriter.Over(written);

        JsonLine.Write(writer, new { id = Hostile });

        Assert.Equal(Hostile, (string?)JsonNode.Parse(written.ToString())!["id"]);
        Acts(written.ToString(), lines: 1);
    }

    [Fact]
    public void ALogEntryIsOneLineWithWhatBelongsToItSetIn()
    {
        var line = new LogLine(
            DateTimeOffset.UnixEpoch,
            LogLevel.Error,
            "c",
            new EventId(1, "E"),
            $"Document {Hostile} was rejected",
            new InvalidOperationException(Hostile)
        );

        var lines = line.ToText().Split('\n');
        Assert.StartsWith("00:00:00 ERROR    Document a\\u001b", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], rest => Assert.StartsWith("    ", rest, StringComparison.Ordinal));
        Acts(line.ToText(), lines: lines.Length - 1);

        Assert.Contains(Hostile, (string?)JsonNode.Parse(line.ToJson([]))!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public void ALogLineHasDateAndZoneOnRequest()
    {
        var time = new DateTimeOffset(2026, 1, 1, 11, 2, 3, TimeSpan.FromHours(1));
        var line = new LogLine(time, LogLevel.Information, "c", default, "It begins", null);

        Assert.Equal("10:02:03 INFO     It begins", line.ToText());
        Assert.Equal("2026-01-01T10:02:03Z INFO     It begins", line.ToText(hasDate: true));
    }

    [Fact]
    public void OnATerminalItIsTheSame()
    {
        var terminal = new TestConsole().Width(200).EmitAnsiSequences();
        var screen = new StringWriter();
        var live = new LiveRegion(screen, () => new ScreenSize(80, 24));
        using var shutdown = new Connectors.Cli.Hosting.ShutdownSignals(_ => { });
        var environment = new CliEnvironment
        {
            Out = live.Over(screen),
            Error = live.Over(screen),
            Variables = new Dictionary<string, string>(),
            Shutdown = shutdown,
            Terminal = terminal,
            IsTerminal = true,
            Live = live,
        };

        new Listing
        {
            Title = "Connectors",
            WhenEmpty = "none",
            Columns = [new("id", 0), new("name", 1)],
        }.Write(
            environment,
            [
                ["c1", Hostile],
            ]
        );
        TerminalConsole.Of(environment).WriteLine(Hostile);

        foreach (var shown in new[] { terminal.Output, screen.ToString() })
        {
            Assert.DoesNotContain("\u001b[2J", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("\u202E", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("\u009b", shown, StringComparison.Ordinal);
            Assert.Contains(@"\u001b[2J", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoCommandLetsThemThrough()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        await cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--id",
            "f1",
            "--name",
            "files",
            "--set",
            $"directory={cli.Files("a\u001b[2J\u202Eb.txt")}"
        );
        var connector = JsonNode.Parse(elasticsearch.Get(".elastic-connectors", "f1")!)!;
        (connector["name"], connector["error"]) = (Hostile, Hostile);
        elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());
        connector["service_type"] = Hostile;
        elasticsearch.Put(".elastic-connectors", "f2", connector.ToJsonString());
        foreach (
            var command in (string[][])
                [
                    ["list"],
                    ["list", "--json"],
                    ["connector", "show", "f1"],
                    ["connector", "show", "f2"],
                    ["doctor"],
                    ["preview", "f1"],
                    ["sync", "f1", "--dry-run"],
                    ["sync", "f1", "--debug"],
                    ["job", "list"],
                    ["sync", "f2"],
                    ["sync", Hostile],
                    [Hostile],
                    ["connector", "show", Hostile],
                    ["sync", "f1", "--filebeat"],
                ]
        )
        {
            await cli.RunAsync(command);
            Acts(cli.Out.ToString(), lines: null);
            Acts(cli.Error.ToString(), lines: null);
            Assert.DoesNotContain("\n12:00:00 ERROR", $"{cli.Out}\n{cli.Error}", StringComparison.Ordinal);
        }
    }

    /// <summary>Nothing in a text acts but the ends of so many lines.</summary>
    private static void Acts(string text, int? lines)
    {
        var acting = text.EnumerateRunes()
            .Where(rune =>
                rune.Value is not '\n'
                && (Rune.IsControl(rune) || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x2028 or 0x2029)
            );
        Assert.Empty(acting.Select(rune => $"U+{rune.Value:X4} in {VisibleText.Of(text)}"));
        if (lines is { } expected)
        {
            Assert.Equal(expected, text.Count(character => character == '\n'));
        }
    }
}
