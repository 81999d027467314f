using System.Text;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>What stands on a page, as the listing has it: HTML.</summary>
/// <param name="name">The page's file.</param>
/// <param name="html">What stands on it.</param>
internal sealed class PageContent(string name, string html) : DocumentContent
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(html);

    /// <inheritdoc/>
    public override string FileName => name;

    /// <inheritdoc/>
    public override long SizeInBytes => _bytes.Length;

    /// <inheritdoc/>
    public override string MediaType => "text/html; charset=utf-8";

    /// <inheritdoc/>
    public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(_bytes, false));
}
