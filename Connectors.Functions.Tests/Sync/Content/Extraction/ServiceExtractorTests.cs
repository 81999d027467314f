using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction;

/// <summary>The extraction service's HTTP interface, against a server that answers as it does.</summary>
public sealed class ServiceExtractorTests : IAsyncLifetime
{
    private readonly List<string> _requests = [];
    private WebApplication _server = null!;
    private Func<HttpContext, string, Task> _answer = (_, _) => Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.Run(async context =>
        {
            var body = await new StreamReader(context.Request.Body, Encoding.Latin1).ReadToEndAsync(context.RequestAborted);
            lock (_requests)
            {
                _requests.Add($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} {body}");
            }

            await _answer(context, body);
        });
        await _server.StartAsync(Token);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task AFileIsSentAsItIsAndItsTextComesBack()
    {
        _answer = (context, body) =>
            context.Response.WriteAsync("{\"_meta\":{\"extracted_text\":1},\"extracted_text\":\"gr\\u00fcn \\n€ " + body + "\"}", Token);
        Assert.Equal((ContentOutcome.Text, "grün \n€ bytes"), await ReadAsync());
        Assert.Equal(["PUT /extract_text/ application/octet-stream bytes"], _requests);
    }

    [Fact]
    public async Task AFileThatTheServiceCannotReadIsReportedWithItsWordsAndSentOnce()
    {
        _answer = (context, _) =>
        {
            context.Response.StatusCode = 422;
            return context.Response.WriteAsync("""{"error":"Unprocessable Entity","message":"File may be corrupt or encrypted."}""", Token);
        };
        Assert.Equal(
            (
                ContentOutcome.NotExtractable,
                "a.pdf: its content can't be extracted: the extraction service says: Unprocessable Entity: File may be corrupt or "
                    + "encrypted."
            ),
            await ReadAsync()
        );
        Assert.Single(_requests);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(200, "<html>a proxy</html>")]
    [InlineData(200, "{\"extracted_text\":\"cut o")]
    public async Task AnAnswerThatIsNoneIsAskedForAgainAndThenLeftToTheNextSync(int status, string body)
    {
        _answer = (context, _) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body, Token);
        };
        var (outcome, text) = await ReadAsync();
        Assert.Equal(ContentOutcome.Unreadable, outcome);
        Assert.StartsWith(
            "a.pdf: its content can't be extracted: the extraction service at http://127.0.0.1:",
            text,
            StringComparison.Ordinal
        );
        Assert.Equal(3, _requests.Count);
    }

    [Fact]
    public async Task AServiceThatComesBackIsUsed()
    {
        _answer = (context, _) =>
        {
            context.Response.StatusCode = _requests.Count < 3 ? 503 : 200;
            return context.Response.WriteAsync("""{"extracted_text":"there"}""", Token);
        };
        Assert.Equal((ContentOutcome.Text, "there"), await ReadAsync());
    }

    [Fact]
    public async Task TextOverTheLimitIsCut()
    {
        _answer = (context, _) => context.Response.WriteAsync("{\"extracted_text\":\"" + new string('x', 500) + "\"}", Token);
        Assert.Equal((ContentOutcome.Text, new string('x', 100)), await ReadAsync());
    }

    [Fact]
    public async Task WithoutASettingAConnectorThatWantsTheServiceFailsWithAClearWord()
    {
        await using var extraction = new ContentExtraction(new ContentOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var failure = Assert.Throws<ConnectorException>(() => extraction.ReaderFor(usesService: true, pipelineExtracts: false));
        Assert.Contains("extraction_service.host", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, LogLevel.Information)]
    [InlineData(500, LogLevel.Warning)]
    [InlineData(0, LogLevel.Warning)]
    public async Task TheCheckAtTheStartOnlyWarns(int status, LogLevel expected)
    {
        _answer = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        var address = Address();
        if (status == 0)
        {
            await _server.StopAsync(Token);
        }

        var log = new LevelLog();
        await using var extraction = new ContentExtraction(
            new ContentOptions { Service = new ExtractionServiceOptions { Host = address } },
            TimeProvider.System,
            log
        );
        await extraction.CheckAsync(Token);

        Assert.Equal([expected], log.Levels);
        Assert.Equal(status == 0 ? [] : ["GET /ping/  "], _requests);
    }

    private Uri Address() => new(_server.Urls.Single());

    private async Task<(ContentOutcome Outcome, string Text)> ReadAsync()
    {
        var options = new ContentOptions
        {
            MaxTextBytes = 100,
            Service = new ExtractionServiceOptions { Host = Address(), Timeout = TimeSpan.FromDays(1) },
        };
        await using var extraction = new ContentExtraction(options, new FastForwardTimeProvider(), NullLoggerFactory.Instance);
        using var text = await extraction
            .ReaderFor(usesService: true, pipelineExtracts: true)
            .ReadAsync(new BytesContent("a.pdf", "bytes"u8.ToArray()), Token);
        return (text.Outcome, text.HasText ? Encoding.UTF8.GetString(text.Utf8.Span) : text.Reason!);
    }

    private sealed class LevelLog : ILoggerFactory, ILogger
    {
        public List<LogLevel> Levels { get; } = [];

        public void AddProvider(ILoggerProvider provider) { }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Levels.Add(logLevel);
    }
}
