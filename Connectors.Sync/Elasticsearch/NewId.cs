namespace Connectors.Sync.Elasticsearch;

/// <summary>
/// Generates ids for new documents. Generated here and not by Elasticsearch, so that a repeated call creates only one document.
/// </summary>
internal static class NewId
{
    /// <summary>22 characters that need no escaping in a path.</summary>
    public static string Next() => Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..22].Replace('+', '-').Replace('/', '_');
}
