using System.Text;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Support.Processes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction;

/// <summary>Files that were made to do harm, or were harmed: each costs a file, at most a process, never more.</summary>
public sealed class HostileFileTests
{
    private const string Word = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AZipBombIsRefusedBeforeItBursts()
    {
        await using var fixture = new ExtractionFixture();
        var (outcome, text) = await fixture.ReadAsync("bomb.docx", MadeFiles.ZipBomb(mebibytes: 200));
        Assert.Equal(ContentOutcome.NotExtractable, outcome);
        Assert.Contains("200 MiB", text, StringComparison.Ordinal);
        Assert.Contains("zip bomb", text, StringComparison.Ordinal);
        await StillReadsAsync(fixture);
    }

    [Fact]
    public async Task ABombThatIsSmallEnoughToPassGivesNoMoreTextThanTheLimit()
    {
        await using var fixture = new ExtractionFixture(maxTextBytes: 1000);
        Assert.Equal((ContentOutcome.Text, new string('a', 1000)), await fixture.ReadAsync("bomb.docx", MadeFiles.ZipBomb(mebibytes: 30)));
    }

    [Theory]
    [InlineData("<!DOCTYPE html [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><html><body><p>&e;X</p></body></html>", "X")]
    [InlineData(
        "<?xml version=\"1.0\"?>\n<!-- c -->\n<!DOCTYPE html PUBLIC \"-//W3C//DTD [x]\" \"u\" [\n<!ENTITY a \"]>\">\n<!ENTITY b "
            + "'&a;&a;'>\n] >\n<html><body><p>one &b; two</p></body></html>",
        "one two"
    )]
    [InlineData("<!DOCTYPE html><html><body><p>a [b] ]&gt; &amp; &e;</p></body></html>", "a [b] ]> & &e;")]
    public async Task WhatAPageDeclaresOfEntitiesIsNeitherOpenedNorLeftInTheText(string page, string text)
    {
        await using var fixture = new ExtractionFixture();
        Assert.Equal((ContentOutcome.Text, text), await fixture.ReadAsync("xxe.xhtml", Encoding.UTF8.GetBytes(page)));
    }

    [Theory]
    [InlineData("word/embeddings/inner.docx")]
    [InlineData("word/media/inner.zip")]
    [InlineData("inner.xlsx")]
    public async Task AnArchiveInAnArchiveIsNotOpened(string place)
    {
        await using var fixture = new ExtractionFixture();
        var inner = MadeFiles.ZipBomb(mebibytes: 200);

        var (outcome, text) = await fixture.ReadAsync("outer.docx", MadeFiles.With(MadeFiles.Word("outer text"), place, inner));

        Assert.Equal((ContentOutcome.Text, "outer text"), (outcome, text));
        await StillReadsAsync(fixture);
    }

    [Fact]
    public async Task ProcessesEndWithTheServiceThatStartedThem()
    {
        // A service that is killed closes the pipe: that is all they hear of it.
        var command = ExtractionCommand.Find();
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(command.Program, command.Arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        Assert.True(process.StandardOutput.BaseStream.ReadByte() >= 0);

        process.StandardInput.Close();

        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
    }

    public static TheoryData<string, byte[]> Truncated =>
        new()
        {
            { "a.docx", MadeFiles.Word("one", "two")[..^200] },
            { "a.xlsx", MadeFiles.Excel("s", ["a"])[..300] },
            { "a.pdf", MadeFiles.Pdf("some text")[..200] },
            { "a.docx", MadeFiles.WordWith(xml => xml.Write(Encoding.UTF8.GetBytes(Word + "<w:p><w:r><w:t>no end"))) },
            {
                "a.docx",
                MadeFiles.WordWith(xml => xml.Write("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>"u8))
            },
        };

    [Theory]
    [MemberData(nameof(Truncated))]
    public async Task ADamagedFileIsReportedAndTheProcessGoesOn(string name, byte[] bytes)
    {
        await using var fixture = new ExtractionFixture();
        await StillReadsAsync(fixture);
        var id = await fixture.ProcessIdAsync();

        var (outcome, text) = await fixture.ReadAsync(name, bytes);

        Assert.Equal(ContentOutcome.NotExtractable, outcome);
        Assert.StartsWith($"{name}: its content can't be extracted: it is damaged", text, StringComparison.Ordinal);
        Assert.DoesNotContain("XmlReaderSettings", text, StringComparison.Ordinal);
        Assert.Equal(id, await fixture.ProcessIdAsync());
    }

    // Its own work is asked for again when the file changes; a wait for a busy machine at the next sync.
    [Theory]
    [InlineData(0.6, 1, nameof(ContentOutcome.NotExtractable))]
    [InlineData(0.1, 3600, nameof(ContentOutcome.Unreadable))]
    public async Task AFileThatTakesForEverIsLeftInTimeAndItsProcessEnds(double worked, double seconds, string expected)
    {
        // No letter of text in it, so that no limit but time ends the reading.
        var endless = MadeFiles.WordWith(xml =>
        {
            xml.Write(Encoding.UTF8.GetBytes(Word));
            var piece = Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, 4000).Select(i => $"<w:p w:rsidR=\"{i * 7919:X8}\"><w:r><w:b/></w:r></w:p>"))
            );
            for (var i = 0; i < 300; i++)
            {
                xml.Write(piece);
            }
        });
        var time = new FakeTimeProvider();
        await using var fixture = new ExtractionFixture(
            new LocalExtractionOptions { Processes = 1, TimeLimit = TimeSpan.FromSeconds(seconds) },
            time: time
        );
        var id = await fixture.ProcessIdAsync();
        using var process = System.Diagnostics.Process.GetProcessById(id);
        var before = process.TotalProcessorTime;

        var reading = fixture.ReadAsync("a.docx", endless);
        while (process.TotalProcessorTime - before < TimeSpan.FromSeconds(worked) && !reading.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(
            (
                Enum.Parse<ContentOutcome>(expected),
                $"a.docx: its content can't be extracted: it took longer than {seconds} s (local_extraction.timeout)."
            ),
            await reading
        );
        Assert.NotEqual(id, await fixture.ProcessIdAsync());
        Assert.False(IsRunning(id));
    }

    [Fact]
    public async Task AFileThatNeedsTooMuchMemoryIsReportedAndTheNextOneIsRead()
    {
        // One attribute of 200 MiB: an XML reader has to hold it whole.
        var greedy = MadeFiles.WordWith(xml =>
        {
            xml.Write(Encoding.UTF8.GetBytes(Word + "<w:p w:a=\""));
            var random = new Random(1);
            var piece = new byte[1024 * 1024];
            for (var i = 0; i < 200; i++)
            {
                // Varied enough not to pass for a bomb.
                for (var at = 0; at < piece.Length; at++)
                {
                    piece[at] = (byte)('a' + (at % 64 == 0 ? random.Next(20) : 0));
                }

                xml.Write(piece);
            }

            xml.Write("\"/></w:body></w:document>"u8);
        });
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, MemoryLimitBytes = 96 * 1024 * 1024 });

        var (outcome, text) = await fixture.ReadAsync("a.docx", greedy);

        Assert.Equal(
            (
                ContentOutcome.NotExtractable,
                "a.docx: its content can't be extracted: it needs more than 96 MiB of memory (local_extraction.max_memory)."
            ),
            (outcome, text)
        );
        await StillReadsAsync(fixture);
    }

    [Fact]
    public async Task DepthBeyondReasonHarmsNobody()
    {
        await using var fixture = new ExtractionFixture();
        var deep = string.Concat(Enumerable.Repeat("<div>", 5_000)) + "bottom";
        Assert.Equal((ContentOutcome.Text, "bottom"), await fixture.ReadAsync("a.html", Encoding.UTF8.GetBytes(deep)));
        var arrays = Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj\n" + new string('[', 300_000) + "\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF");
        Assert.Equal(ContentOutcome.NotExtractable, (await fixture.ReadAsync("a.pdf", arrays)).Outcome);
        await StillReadsAsync(fixture);
    }

    [Fact]
    public async Task AProcessThatIsKilledBetweenTwoFilesIsReplacedSilently()
    {
        await using var fixture = new ExtractionFixture();
        await StillReadsAsync(fixture);
        var id = await fixture.ProcessIdAsync();
        using (var process = System.Diagnostics.Process.GetProcessById(id))
        {
            process.Kill();
            await process.WaitForExitAsync(Token);
        }

        await StillReadsAsync(fixture);
        Assert.NotEqual(id, await fixture.ProcessIdAsync());
    }

    [Fact]
    public async Task ACancelledReadEndsItsProcessAndGivesItsPlaceBack()
    {
        await using var fixture = new ExtractionFixture();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.ReadAsync("a.html", "a"u8.ToArray(), stop.Token));
        await StillReadsAsync(fixture);
    }

    [Fact]
    public async Task NoMoreProcessesRunThanAllowedAndNoneIsLeftBehind()
    {
        var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 2 });
        var page = "<p>page"u8.ToArray();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => fixture.ReadAsync("a.html", page)));
        var (first, second) = (await fixture.Pool.TakeAsync(Token), await fixture.Pool.TakeAsync(Token));
        var third = fixture.Pool.TakeAsync(Token);
        Assert.False(third.IsCompleted);
        Assert.Equal(12, first.FilesRead + second.FilesRead);

        int[] ids = [first.Id, second.Id];
        await fixture.Pool.ReturnAsync(first);
        await fixture.Pool.ReturnAsync(await third);
        await fixture.Pool.ReturnAsync(second);
        await fixture.DisposeAsync();
        Assert.All(ids, id => Assert.False(IsRunning(id)));
    }

    [Fact]
    public async Task TheProcessSeesNoneOfTheServicesEnvironment()
    {
        const string Name = "CONNECTORS_TEST_SECRET";
        Environment.SetEnvironmentVariable(Name, "hunter2");
        try
        {
            await using var fixture = new ExtractionFixture();
            var id = await fixture.ProcessIdAsync();
            Assert.NotEqual(Environment.ProcessId, id);
            if (OperatingSystem.IsLinux())
            {
                var environment = await File.ReadAllTextAsync($"/proc/{id}/environ", Token);
                Assert.Contains("DOTNET_GCHeapHardLimit=20000000", environment, StringComparison.Ordinal);
                Assert.DoesNotContain(Name, environment, StringComparison.Ordinal);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Theory]
    [InlineData("/no/such/program", "")]
    [InlineData("/bin/echo", "hello and more words than a frame has")]
    [InlineData("/bin/true", "")]
    public async Task AProgramThatIsNotOursFailsTheSyncWithAClearWord(string program, string argument)
    {
        await using var fixture = new ExtractionFixture(
            new LocalExtractionOptions { Command = new ExtractionCommand(program, [argument]) }
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.ReadAsync("a.html", "a"u8.ToArray()));
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.StartsWith(
            $"local_extraction: the program that reads files does not start ({program}",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ElasticIngestIsItsOwnExtractionProcess()
    {
        var command = new ExtractionCommand(ExtractionCommand.Dotnet(), [.. IngestProcess.Program, ExtractionSubcommand.Verb]);
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, Command = command });
        Assert.Equal((ContentOutcome.Text, "from Word\nnote"), await fixture.ReadAsync("a.docx", MadeFiles.Word("from Word", "note")));
    }

    private static async Task StillReadsAsync(ExtractionFixture fixture) =>
        Assert.Equal((ContentOutcome.Text, "still here"), await fixture.ReadAsync("a.html", "<p>still here"u8.ToArray()));

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
