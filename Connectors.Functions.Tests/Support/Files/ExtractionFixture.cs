using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Support.Files;

/// <summary>Extraction processes as the service starts them: real ones.</summary>
internal sealed class ExtractionFixture : IAsyncDisposable
{
    private readonly LocalExtractionOptions _options;
    private readonly int _maxTextBytes;
    private readonly TimeProvider _time;

    public ExtractionFixture(
        LocalExtractionOptions? options = null,
        int maxTextBytes = 1024 * 1024,
        ILogger? logger = null,
        TimeProvider? time = null
    )
    {
        _options = options ?? new LocalExtractionOptions { Processes = 1 };
        _maxTextBytes = maxTextBytes;
        _time = time ?? TimeProvider.System;
        Pool = new ExtractionPool(_options, TimeProvider.System, logger ?? NullLogger.Instance);
    }

    public ExtractionPool Pool { get; }

    /// <summary>Reads a file to its text, or to the reason why there is none.</summary>
    public async Task<(ContentOutcome Outcome, string Text)> ReadAsync(
        string name,
        byte[] bytes,
        CancellationToken? cancellationToken = null
    )
    {
        var buffer = new PooledBuffer(bytes.Length);
        buffer.Write(bytes);
        var extractor = new LocalExtractor(Pool, _options, _maxTextBytes, _time);
        using var text = await extractor.ExtractAsync(name, buffer, cancellationToken ?? TestContext.Current.CancellationToken);
        return (text.Outcome, text.HasText ? Encoding.UTF8.GetString(text.Utf8.Span) : text.Reason!);
    }

    /// <summary>The number of the process that reads the next file.</summary>
    public async Task<int> ProcessIdAsync()
    {
        var process = await Pool.TakeAsync(TestContext.Current.CancellationToken);
        await Pool.ReturnAsync(process);
        return process.Id;
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
