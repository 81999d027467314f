using Connectors.Abstractions;

namespace Connectors.Tests.Support.Files;

/// <summary>A file in memory.</summary>
internal sealed class BytesContent(string name, byte[] bytes) : DocumentContent
{
    private int _opened;

    /// <summary>How often it was opened.</summary>
    public int Opened => _opened;

    public override string FileName => name;

    public override long SizeInBytes => bytes.Length;

    public override Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opened);
        return Task.FromResult<Stream>(new MemoryStream(bytes));
    }
}
