using System.Text.Json;

namespace Connectors.Sync.Sources.HttpJson;

/// <summary>An answer.</summary>
/// <param name="Address">Where it came from, after redirects.</param>
/// <param name="Document">Its body.</param>
/// <param name="Link">What its Link header calls the next page.</param>
internal sealed record HttpJsonPage(Uri Address, JsonDocument Document, Uri? Link) : IDisposable
{
    public void Dispose() => Document.Dispose();
}
