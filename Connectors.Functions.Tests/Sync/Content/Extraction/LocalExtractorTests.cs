using System.Text;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.Support.Files;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction;

/// <summary>Files that people keep, read by the real extraction process.</summary>
public sealed class LocalExtractorTests : IClassFixture<LocalExtractorTests.Fixture>
{
    private readonly ExtractionFixture _fixture;

    public LocalExtractorTests(Fixture fixture) => _fixture = fixture.Value;

    [Fact]
    public async Task AWordFileGivesItsParagraphsAndFootnotes() =>
        Assert.Equal(
            (ContentOutcome.Text, "Erste Zeile – grün\n zweite\nFußnote"),
            await _fixture.ReadAsync("brief.docx", MadeFiles.Word("Erste Zeile – grün", " zweite", "Fußnote"))
        );

    [Fact]
    public async Task AnExcelFileGivesItsSheetsRowByRow() =>
        Assert.Equal(
            (ContentOutcome.Text, "Umsatz\nStadt\tJahr\tBetrag\nWien\t2026\t1234.5"),
            await _fixture.ReadAsync("umsatz.xlsx", MadeFiles.Excel("Umsatz", ["Stadt", "Jahr", "Betrag"], ["Wien", 2026, 1234.5m]))
        );

    [Fact]
    public async Task APowerPointFileGivesItsSlidesInOrder() =>
        Assert.Equal(
            (ContentOutcome.Text, "Willkommen\nZahlen\nEnde"),
            await _fixture.ReadAsync("vortrag.pptx", MadeFiles.PowerPoint("Willkommen", "Zahlen", "Ende"))
        );

    [Fact]
    public async Task ALinkToAnAddressThatIsNoneCostsNoText()
    {
        const string Address = "mailto:one@two@three, four";
        Assert.False(Uri.TryCreate(Address, UriKind.RelativeOrAbsolute, out _));
        var letter = MadeFiles.WithMalformedLink(MadeFiles.Word("first", "second"), "word/document.xml", Address);
        var sheet = MadeFiles.WithMalformedLink(MadeFiles.Excel("Sheet", ["a", 1]), "xl/workbook.xml", Address);
        var slides = MadeFiles.WithMalformedLink(MadeFiles.PowerPoint("one", "two"), "ppt/presentation.xml", Address);

        Assert.Equal((ContentOutcome.Text, "first\nsecond"), await _fixture.ReadAsync("a.docx", letter));
        Assert.Equal((ContentOutcome.Text, "Sheet\na\t1"), await _fixture.ReadAsync("a.xlsx", sheet));
        Assert.Equal((ContentOutcome.Text, "one\ntwo"), await _fixture.ReadAsync("a.pptx", slides));
    }

    [Fact]
    public async Task AFileOfOfficeIsNotCopiedToTheDisk()
    {
        // A process that may write, and finds no folder to write to.
        var real = ExtractionCommand.Find();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env.");
        var command = new ExtractionCommand(
            "/usr/bin/env",
            [$"{ExtractionFrame.ConfinementVariable}={ExtractionFrame.ConfinementOff}", "TMPDIR=/nowhere", real.Program, .. real.Arguments]
        );
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, Command = command });

        Assert.Equal((ContentOutcome.Text, "first\nsecond"), await fixture.ReadAsync("a.docx", MadeFiles.Word("first", "second")));
    }

    [Fact]
    public async Task APdfGivesItsPages()
    {
        var (outcome, text) = await _fixture.ReadAsync("paper.pdf", MadeFiles.Pdf("Page one speaks of apples", "Page two of pears"));
        Assert.Equal(ContentOutcome.Text, outcome);
        Assert.Matches(@"^Page one speaks of apples\s+Page two of pears$", text);
    }

    [Theory]
    [InlineData(
        "<html><head><title>T</title><script>no()</script><style>p{}</style></head><body><h1>Head</h1><p>One <b>bold</b>\n  "
            + "word</p><table><tr><td>a<td>b</table></body>",
        "T\nHead\nOne bold word\na\tb"
    )]
    [InlineData("<p>no frame at all", "no frame at all")]
    [InlineData("<ul><li>a<li>b&amp;c</ul>tail", "a\nb&c\ntail")]
    public async Task APageGivesWhatAReaderSees(string html, string text) =>
        Assert.Equal((ContentOutcome.Text, text), await _fixture.ReadAsync("a.html", Encoding.UTF8.GetBytes(html)));

    [Fact]
    public async Task APageInAnotherEncodingIsReadAsItSays() =>
        Assert.Equal(
            (ContentOutcome.Text, "grün"),
            await _fixture.ReadAsync("a.htm", [.. "<meta charset=windows-1252><p>gr"u8, 0xFC, .. "n"u8])
        );

    [Theory]
    [InlineData(1251, "Привет, мир! Как дела сегодня?")]
    [InlineData(20866, "Съешь же ещё этих мягких французских булок")]
    [InlineData(28591, "Grüße aus München, größte Straße")]
    [InlineData(1200, "UTF-16 ohne Marke: größte Straße")]
    public async Task APageThatSaysNothingIsReadInTheEncodingThatItIsIn(int codePage, string words)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        Assert.Equal(
            (ContentOutcome.Text, words),
            await _fixture.ReadAsync("a.html", encoding.GetBytes($"<html><body><p>{words}</p></body></html>"))
        );
    }

    [Fact]
    public async Task AnArchiveThatIsCalledADocumentIsReported()
    {
        using var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("a.txt");
        }

        Assert.Equal(
            (ContentOutcome.NotExtractable, "a.docx: its content can't be extracted: it is not a .docx file, whatever its name says."),
            await _fixture.ReadAsync("a.docx", zip.ToArray())
        );
    }

    [Theory]
    [InlineData("report.docx")]
    [InlineData("report.txt")]
    [InlineData("report.html")]
    public async Task TheFirstBytesTellTheKindAndNotTheName(string name) =>
        Assert.Equal((ContentOutcome.Text, "really a PDF"), await _fixture.ReadAsync(name, MadeFiles.Pdf("really a PDF")));

    [Theory]
    [InlineData("a.pdf", "it is not a .pdf file, whatever its name says.")]
    [InlineData("a.docx", "it is not a .docx file, whatever its name says.")]
    public async Task AFileThatIsSomethingElseIsReportedOnce(string name, string reason)
    {
        var (outcome, text) = await _fixture.ReadAsync(name, "just words"u8.ToArray());
        Assert.Equal((ContentOutcome.NotExtractable, $"{name}: its content can't be extracted: {reason}"), (outcome, text));
    }

    [Fact]
    public async Task AnOldOrLockedOfficeFileIsReported()
    {
        var (outcome, text) = await _fixture.ReadAsync("a.docx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]);
        Assert.Equal(ContentOutcome.NotExtractable, outcome);
        Assert.Contains("locked with a password, or in a format older than Office 2007", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneProcessReadsManyFiles()
    {
        await _fixture.ReadAsync("a.html", "a"u8.ToArray());
        var id = await _fixture.ProcessIdAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((ContentOutcome.Text, $"file {i}"), await _fixture.ReadAsync("a.html", Encoding.UTF8.GetBytes($"<p>file {i}")));
        }

        Assert.Equal(id, await _fixture.ProcessIdAsync());
    }

    [Fact]
    public async Task TextIsCutAtItsLimitBetweenTwoCharacters()
    {
        await using var fixture = new ExtractionFixture(maxTextBytes: 10);
        Assert.Equal((ContentOutcome.Text, "ab €€"), await fixture.ReadAsync("a.html", Encoding.UTF8.GetBytes("<p>ab €€€€€ more")));
    }

    public sealed class Fixture : IAsyncDisposable
    {
        internal ExtractionFixture Value { get; } = new();

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
