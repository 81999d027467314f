using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Content;
using Xunit;

namespace Connectors.Tests.Sync.Content;

public sealed class ContentReaderTests
{
    private static readonly ContentReader Reader = new(new ContentOptions { MaxBytes = 100 });

    public static TheoryData<string, byte[], string> Encodings =>
        new()
        {
            { "UTF-8", "grün €"u8.ToArray(), "grün €" },
            { "UTF-8 with mark", [0xEF, 0xBB, 0xBF, .. "grün"u8], "grün" },
            { "Windows-1252", [.. "gr"u8, 0xFC, .. "n "u8, 0x80, 0x81], "grün €\u0081" },
            { "a bad byte behind a UTF-8 mark", [0xEF, 0xBB, 0xBF, 0xFC, .. "grün"u8], "\uFFFDgrün" },
            { "UTF-8 that was cut in a character", [.. "grün"u8, 0xE2, 0x82], "grün\uFFFD" },
            { "UTF-8 with a bad byte", [.. "grün und blau, "u8, 0xFF, .. "groß"u8], "grün und blau, \uFFFDgroß" },
            { "ASCII that was cut in a character", [.. "green "u8, 0xC3], "green Ã" },
            { "UTF-16 little-endian without a mark", Encoding.Unicode.GetBytes("grün, жёлтый"), "grün, жёлтый" },
            { "UTF-16 big-endian without a mark", Encoding.BigEndianUnicode.GetBytes("grün, жёлтый"), "grün, жёлтый" },
            { "UTF-16 without a mark, cut in a character", Encoding.Unicode.GetBytes("grün")[..7], "grü\uFFFD" },
            {
                "Windows-1251",
                Legacy(1251, "Съешь же ещё этих мягких французских булок, да выпей чаю."),
                "Съешь же ещё этих мягких французских булок, да выпей чаю."
            },
            {
                "KOI8-R",
                Legacy(20866, "Съешь же ещё этих мягких французских булок, да выпей чаю."),
                "Съешь же ещё этих мягких французских булок, да выпей чаю."
            },
            {
                "Shift-JIS",
                Legacy(932, "これは日本語の文章です。文字コードの判定を試しています。"),
                "これは日本語の文章です。文字コードの判定を試しています。"
            },
            {
                "ISO-8859-1",
                Legacy(28591, "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg."),
                "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg."
            },
            {
                "XML that says what it is in",
                [.. "<?xml version='1.0' encoding='windows-1251'?><a>"u8, 0xC6, .. "</a>"u8],
                "<?xml version='1.0' encoding='windows-1251'?><a>Ж</a>"
            },
            {
                "XML that says what it can't be in",
                [.. "<?xml version='1.0' encoding='utf-16'?><a>ü</a>"u8],
                "<?xml version='1.0' encoding='utf-16'?><a>ü</a>"
            },
            {
                "XML that says what nobody knows",
                [.. "<?xml version='1.0' encoding='x-mine'?><a>ü</a>"u8],
                "<?xml version='1.0' encoding='x-mine'?><a>ü</a>"
            },
            { "UTF-16 little-endian", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("grün 😀")], "grün 😀" },
            { "UTF-16 big-endian", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("grün 😀")], "grün 😀" },
            { "UTF-16 with half a pair", [0xFF, 0xFE, 0x3D, 0xD8, 0x41, 0x00], "\uFFFDA" },
            { "UTF-32 little-endian", [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes("grün 😀")], "grün 😀" },
            { "UTF-32 big-endian", [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x41], "A" },
            { "empty", [], string.Empty },
        };

    private static byte[] Legacy(int codePage, string text) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage)?.GetBytes(text) ?? Encoding.Latin1.GetBytes(text);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task TextComesOutAsUtf8WhateverItWasIn(string name, byte[] bytes, string text)
    {
        var content = new BytesContent("notes.TXT", bytes);
        using var read = await Reader.ReadAsync(content, Cancellation);
        Assert.True(read.HasText, name);
        Assert.Equal(text, Encoding.UTF8.GetString(read.Utf8.Span));
        Assert.True(content.Disposed);
    }

    [Fact]
    public async Task ACharsetThatTheSourceDeclaresComesBeforeAGuess()
    {
        var content = new BytesContent("a.txt", Legacy(1251, "Привет")) { Media = "text/plain; charset=\"Windows-1251\"" };
        using var read = await Reader.ReadAsync(content, Cancellation);
        Assert.Equal("Привет", Encoding.UTF8.GetString(read.Utf8.Span));
    }

    [Theory]
    [InlineData("a.html", "<html><head><meta charset=windows-1251><p>", true)]
    [InlineData("a.HTM", "<meta name=a content=b><META http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\">", true)]
    [InlineData("a.txt", "<meta charset=windows-1251>", false)]
    public async Task AWebPageMayDeclareItsCharset(string name, string head, bool isRead)
    {
        using var read = await Reader.ReadAsync(new BytesContent(name, [.. Encoding.ASCII.GetBytes(head), 0xC6]), Cancellation);
        Assert.Equal(isRead ? head + "Ж" : head + "Æ", Encoding.UTF8.GetString(read.Utf8.Span));
    }

    /// <summary>A NUL at an even place as well as at an odd one: each could be half of a character of UTF-16.</summary>
    [Theory]
    [InlineData("one two three\0four five six", 65001)]
    [InlineData("one two three four\0five six", 65001)]
    [InlineData("grün, größer\0am größten", 65001)]
    [InlineData("grün, größer, am\0größten", 65001)]
    [InlineData("Heute wird es wärmer\0und dann kühl, größere Wolken, später Schnee.", 1252)]
    [InlineData("Heute wird es wärmer \0und dann kühl, größere Wolken, später Schnee.", 1252)]
    [InlineData("\u001b[31mred\u001b[0m on the terminal\0", 65001)]
    public async Task ATextWithANulStaysTheTextThatItIs(string text, int codePage)
    {
        var bytes = codePage == 65001 ? Encoding.UTF8.GetBytes(text) : Legacy(codePage, text);
        using var read = await Reader.ReadAsync(new BytesContent("a.txt", bytes), Cancellation);
        Assert.Equal(text, Encoding.UTF8.GetString(read.Utf8.Span));

        var content = new BytesContent("a.txt", bytes) { Media = $"text/plain; charset={(codePage == 65001 ? "utf-8" : "windows-1252")}" };
        using var declared = await Reader.ReadAsync(content, Cancellation);
        Assert.Equal(text, Encoding.UTF8.GetString(declared.Utf8.Span));
    }

    [Theory]
    [InlineData("plain text")]
    [InlineData("день за днём")]
    [InlineData("汉字和其他 文字都没有标记，也没有拉丁字母。\n第二行在这里结束。")]
    public async Task Utf16NeedsNoMark(string text)
    {
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var read = await Reader.ReadAsync(new BytesContent("a.txt", encoding.GetBytes(text)), Cancellation);
            Assert.Equal(text, Encoding.UTF8.GetString(read.Utf8.Span));
        }
    }

    /// <summary>With NULs at even and at odd places it can't be UTF-16, though each pair of its bytes is some character of that.</summary>
    [Theory]
    [InlineData("a,b\0,c\n")]
    [InlineData("ab\0cd\0ef\n")]
    [InlineData("abc\0")]
    public async Task AsciiWithManyNulsIsNoUtf16(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, 9)));
        using var read = await Reader.ReadAsync(new BytesContent("a.csv", bytes), Cancellation);
        Assert.Equal(ContentOutcome.NotText, read.Outcome);
    }

    [Fact]
    public async Task BytesWithNulAndOtherControlCharactersAreNotText()
    {
        byte[] bytes = [.. "the names of a program's parts: "u8, 0, 1, .. ".text .data"u8];
        using var read = await Reader.ReadAsync(new BytesContent("a.txt", bytes), Cancellation);
        Assert.Equal(ContentOutcome.NotText, read.Outcome);
    }

    [Fact]
    public async Task BytesWithNulAreNotText()
    {
        using var read = await Reader.ReadAsync(new BytesContent("a.txt", [65, 0, 66]), Cancellation);
        Assert.Equal(ContentOutcome.NotText, read.Outcome);
        Assert.False(read.IsProblem);
        Assert.True(read.Utf8.IsEmpty);
    }

    [Theory]
    [InlineData("photo.jpg")]
    [InlineData("README")]
    public async Task OtherFilesAreNotEvenOpened(string name)
    {
        var content = new BytesContent(name, "text"u8.ToArray());
        using var read = await Reader.ReadAsync(content, Cancellation);
        Assert.Equal(ContentOutcome.NotText, read.Outcome);
        Assert.False(content.Opened);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public async Task TheLimitCountsWhetherOrNotTheSizeWasToldBefore(int size, bool fits)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('a', size));
        foreach (var told in new long[] { size, -1, 3 })
        {
            var content = new BytesContent("a.txt", bytes, told);
            using var read = await Reader.ReadAsync(content, Cancellation);
            Assert.Equal(fits ? ContentOutcome.Text : ContentOutcome.TooLarge, read.Outcome);
            Assert.Equal(content.Opened, content.Disposed);
        }
    }

    [Fact]
    public async Task AFaultOfTheSourcesCodeIsTakenForABrokenTransferAndToldWithItsType()
    {
        var faulty = new BytesContent("a.txt", []) { Failure = new InvalidOperationException("no handle") };
        var broken = new BytesContent("a.txt", []) { Failure = new IOException("The connection was reset.") };

        var told = await Assert.ThrowsAsync<ConnectorException>(() => Reader.ReadAsync(faulty, Cancellation));
        var plain = await Assert.ThrowsAsync<ConnectorException>(() => Reader.ReadAsync(broken, Cancellation));

        Assert.Equal("a.txt: reading its content broke off with InvalidOperationException: no handle.", told.Message);
        Assert.Equal("a.txt: reading its content broke off: The connection was reset.", plain.Message);
        Assert.Equal((FailureKind.Retry, FailureKind.Retry), (told.Kind, plain.Kind));
    }

    [Fact]
    public async Task ContentThatTheSourceCannotGiveIsAProblemWithTheSourcesReason()
    {
        var content = new BytesContent("a.txt", []) { Failure = new ConnectorException(FailureKind.Skip, "a.txt: access denied") };
        using var read = await Reader.ReadAsync(content, Cancellation);
        Assert.True(read.IsProblem);
        Assert.Equal("a.txt: access denied.", read.Reason);
    }

    [Theory]
    [InlineData(FailureKind.Retry)]
    [InlineData(FailureKind.Fatal)]
    public async Task OtherFailuresAreThrown(FailureKind kind)
    {
        var content = new BytesContent("a.txt", []) { Failure = new ConnectorException(kind, "no") };
        var thrown = await Assert.ThrowsAsync<ConnectorException>(() => Reader.ReadAsync(content, Cancellation));
        Assert.Equal(kind, thrown.Kind);
    }

    [Fact]
    public async Task ABrokenStreamMayBeTriedAgainAndIsDisposed()
    {
        var content = new BytesContent("a.txt", "text"u8.ToArray()) { BreaksWith = new IOException("reset") };
        var thrown = await Assert.ThrowsAsync<ConnectorException>(() => Reader.ReadAsync(content, Cancellation));
        Assert.Equal(FailureKind.Retry, thrown.Kind);
        Assert.Contains("a.txt", thrown.Message, StringComparison.Ordinal);
        Assert.True(content.Disposed);
    }

    [Fact]
    public async Task TextIsCutAtItsLimitBetweenTwoCharacters()
    {
        using var read = await new ContentReader(new ContentOptions { MaxTextBytes = 7 }).ReadAsync(
            new BytesContent("a.txt", "ab €€€"u8.ToArray()),
            Cancellation
        );
        Assert.Equal("ab €", Encoding.UTF8.GetString(read.Utf8.Span));
    }

    [Theory]
    [InlineData("letter.doc", "letter.doc: .doc files are not read in this way. docs/content.md names one that reads them.")]
    [InlineData("mail.MSG", "mail.MSG: .MSG files are not read in this way. docs/content.md names one that reads them.")]
    public async Task ADocumentInAFormatThatNobodyReadsIsReportedAndNotFetched(string name, string reason)
    {
        var content = new BytesContent(name, [1, 2, 3]);
        using var read = await new ContentReader(new ContentOptions(), new NothingExtractor()).ReadAsync(content, Cancellation);
        Assert.Equal((ContentOutcome.Unsupported, true, false, reason), (read.Outcome, read.IsProblem, content.Opened, read.Reason));
    }

    private sealed class NothingExtractor : IContentExtractor
    {
        public IReadOnlySet<string> Extensions => ExtractableFileTypes.Locally;

        public Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class BytesContent(string name, byte[] bytes, long? told = null) : DocumentContent
    {
        public override string FileName => name;

        public override long SizeInBytes => told ?? bytes.Length;

        public override string? MediaType => Media;

        public string? Media { get; init; }

        public Exception? Failure { get; init; }

        public Exception? BreaksWith { get; init; }

        public bool Opened { get; private set; }

        public bool Disposed { get; private set; }

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                return Task.FromException<Stream>(Failure);
            }

            Opened = true;
            return Task.FromResult<Stream>(new Watched(this, bytes));
        }

        private sealed class Watched(BytesContent owner, byte[] bytes) : MemoryStream(bytes)
        {
            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
                owner.BreaksWith is { } broken
                    ? ValueTask.FromException<int>(broken)
                    : base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);

            protected override void Dispose(bool disposing)
            {
                owner.Disposed = true;
                base.Dispose(disposing);
            }
        }
    }
}
